import pytest

from melanoma.data.isic_archive.image_record import ImageRecord
from melanoma.data.isic_archive.plan import plan_download, reconcile, require_space
from melanoma.errors import SourceError


def record(number, size=10):
    return ImageRecord(f"ISIC_{number:07d}", "https://c/a.jpg", size, "CC-0", "A", {})


RECORDS = (record(1), record(2), record(3), record(4))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ISIC_0000001.jpg").write_bytes(bytes(10))
    (tmp_path / "ISIC_0000002.jpg").write_bytes(bytes(9))
    (tmp_path / "ISIC_0000004.jpg").mkdir()
    return tmp_path


def test_each_image_is_missing_present_or_blocked(folder):
    plan = plan_download(RECORDS, folder)
    assert [image.isic_id[-1] for image in plan.missing] == ["3"]
    assert [image.isic_id[-1] for image in plan.present] == ["1"]
    assert [failure.isic_id[-1] for failure in plan.blocked] == ["2", "4"]


def test_a_dangling_link_is_no_free_place(tmp_path):
    (tmp_path / "ISIC_0000001.jpg").symlink_to(tmp_path / "nowhere")
    assert len(plan_download([record(1)], tmp_path).blocked) == 1


def test_whatever_is_not_there_with_the_right_size_is_named(folder):
    failed = reconcile(RECORDS, {"ISIC_0000003": "cut"}, folder)
    assert [(failure.isic_id[-1], failure.reason) for failure in failed] == [
        ("2", "its file is not there; download it again"),
        ("3", "cut"),
        ("4", "its file is not there; download it again"),
    ]


def test_space_is_needed_for_what_is_missing_alone_less_what_partial_files_hold(tmp_path):
    plan = plan_download([record(1, 5000), record(2, 3000)], tmp_path)
    (tmp_path / ".ISIC_0000001.jpg.part").write_bytes(bytes(1000))
    require_space(plan, tmp_path, lambda _: 7000)
    with pytest.raises(SourceError, match=r"2 images need 7\.0 kB, 7\.0 kB are free; free some space, ask for fewer"):
        require_space(plan, tmp_path, lambda _: 6999)
    with pytest.raises(SourceError, match=r"7\.0 kB, 12 bytes are free"):
        require_space(plan, tmp_path, lambda _: 12)
