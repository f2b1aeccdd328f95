import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import decode_image
from melanoma.data.listing import SourceFile, list_source
from melanoma.data.shards import IMAGES, PIXELS, gather, open_pixels, plan_shards, write_shard
from melanoma.errors import SourceError

CONFIG = IngestConfig(size_px=32)


def files_of(count, prefix="Train/nevus/ISIC"):
    names = [f"{prefix}_{n:07d}.jpg" for n in range(count)]
    return [SourceFile(name, 1, hashlib.sha256(name.encode()).hexdigest()) for name in names]


@pytest.fixture
def plan(image_folder):
    """One shard of all 48 images."""
    (only,) = plan_shards(image_folder, list_source(image_folder).images, 1000)
    return only


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "shard"
    folder.mkdir()
    return folder


def replan(plan, shard_images=1000):
    return plan_shards(plan.root, list_source(plan.root).images, shard_images)


# Plans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("images", "shards"), [(1, 1), (19, 1), (20, 2), (39, 2), (40, 4), (79, 4), (80, 8)])
def test_the_number_of_shards_doubles_with_the_set(images, shards, tmp_path):
    plans = plan_shards(tmp_path, files_of(images), 10)
    assert max(plan.index for plan in plans) < shards
    assert len(plans) > shards // 2 or shards == 1


def test_every_file_is_in_one_shard_in_whatever_order_they_come(tmp_path):
    files = files_of(500)
    plans = plan_shards(tmp_path, files[::-1], 50)
    assert sorted((file for plan in plans for file in plan.files), key=lambda file: file.name) == files
    assert [plan.index for plan in plans] == sorted({plan.index for plan in plans})
    assert plan_shards(tmp_path, files, 50) == plans


def test_added_images_touch_only_the_shards_that_they_come_into(tmp_path):
    files, new = files_of(500), files_of(3, "Train/melanoma/NEW")
    before = {plan.index: plan.digest for plan in plan_shards(tmp_path, files, 50)}
    after = {plan.index: plan for plan in plan_shards(tmp_path, [*files, *new], 50)}
    touched = {index for index, plan in after.items() if set(plan.files) & set(new)}
    assert len(before) == 8
    assert {index for index, plan in after.items() if before.get(index) != plan.digest} == touched
    assert 1 <= len(touched) <= 3


def test_a_removed_image_touches_one_shard(tmp_path):
    files = files_of(500)
    before = {plan.index: plan.digest for plan in plan_shards(tmp_path, files, 50)}
    after = {plan.index: plan.digest for plan in plan_shards(tmp_path, files[:-1], 50)}
    assert sum(before[index] != after[index] for index in before) == 1


def test_one_changed_byte_in_one_image_changes_exactly_one_shard(plan):
    before = {shard.index: shard.digest for shard in replan(plan, 5)}
    path = plan.root / "Train/nevus/ISIC_0000024.jpg"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    after = {shard.index: shard.digest for shard in replan(plan, 5)}
    assert len(before) == 8
    assert sum(before[index] != after[index] for index in before) == 1


def test_a_shard_is_the_same_wherever_its_folder_is(plan, tmp_path):
    moved = plan.root.rename(tmp_path / "moved")
    (elsewhere,) = plan_shards(moved, list_source(moved).images, 1000)
    assert elsewhere.digest == plan.digest


def test_a_file_renamed_within_its_place_is_not_decoded_again(plan):
    path = plan.root / "Train/nevus/ISIC_0000024.jpg"
    path.rename(path.with_name("ISIC_0000024 (1).jpg"))
    assert [shard.digest for shard in replan(plan)] == [plan.digest]


def test_a_file_renamed_so_that_it_sorts_elsewhere_is_not_decoded_again(plan):
    path = plan.root / "Train/nevus/ISIC_0000024.jpg"
    path.rename(path.with_name("ISIC_9999999.jpg"))
    assert [shard.digest for shard in replan(plan)] == [plan.digest]


# Pixels -------------------------------------------------------------------------------------------


def test_each_row_holds_the_pixels_of_its_file(plan, out):
    assert write_shard(plan, CONFIG, out) == {"images": 48, "unreadable": 0}
    rows, pixels = pd.read_parquet(out / IMAGES), open_pixels(out)
    assert (pixels.shape, pixels.dtype) == ((48, 32, 32, 3), np.uint8)
    assert rows["row"].tolist() == list(range(48))
    for number in (0, 17, 47):
        expected = decode_image((plan.root / plan.files[number].name).read_bytes(), 32, 50).pixels
        assert np.array_equal(pixels[number], expected)
        assert rows["pixel_sha256"][number] == hashlib.sha256(expected.tobytes()).hexdigest()
    assert set(rows["width"]) == set(rows["height"]) == {48}
    assert set(rows["format"]) == {"JPEG"}
    assert rows["reason"].isna().all()


def test_pixels_cannot_be_written_once_they_are_mapped(plan, out):
    write_shard(plan, CONFIG, out)
    with pytest.raises(ValueError, match="read-only"):
        open_pixels(out)[0] = 0


def test_the_bytes_of_a_shard_do_not_depend_on_the_number_of_threads(plan, tmp_path, monkeypatch):
    written = set()
    for workers in (1, 2, 4):
        folder = tmp_path / str(workers)
        folder.mkdir()
        monkeypatch.setattr("melanoma.data.shards.ThreadPoolExecutor", partial(ThreadPoolExecutor, workers))
        write_shard(plan, CONFIG, folder)
        written.add(tuple((folder / name).read_bytes() for name in (PIXELS, IMAGES)))
    assert len(written) == 1


def test_unreadable_files_are_rows_with_a_reason_and_black_pixels(plan, out):
    png = io.BytesIO()
    Image.new("RGB", (48, 48), "red").save(png, "PNG")
    odd = {
        "Train/nevus/ISIC_0000024.jpg": (plan.root / "Train/nevus/ISIC_0000024.jpg").read_bytes()[:-200],
        "Train/nevus/ISIC_0000025.jpg": b"<html>not found</html>",
        "Train/nevus/ISIC_0000026.jpg": b"",
        "Train/nevus/ISIC_0000027.jpg": png.getvalue(),
    }
    for name, content in odd.items():
        (plan.root / name).write_bytes(content)
    (changed,) = replan(plan)
    assert write_shard(changed, CONFIG, out) == {"images": 45, "unreadable": 3}
    rows = pd.read_parquet(out / IMAGES).assign(name=[file.name for file in changed.files]).set_index("name")
    bad = rows[rows["reason"].notna()].sort_index()
    assert bad.index.tolist() == sorted(odd)[:3]
    assert bad["row"].tolist() == [-1, -1, -1]
    assert bad["reason"].tolist()[0].startswith("cannot be decoded: image file is truncated")
    assert bad["reason"].tolist()[1:] == ["not an image, whatever its name says"] * 2
    assert rows.loc["Train/nevus/ISIC_0000027.jpg", "format"] == "PNG"
    place = [file.name for file in changed.files].index("Train/nevus/ISIC_0000025.jpg")
    assert not open_pixels(out)[place].any()


def test_a_file_that_changes_after_it_was_listed_stops_the_shard(plan, out):
    (plan.root / plan.files[3].name).write_bytes(b"other")
    with pytest.raises(SourceError, match=r"ISIC_\d+\.jpg: was changed while the run was reading it; run again$"):
        write_shard(plan, CONFIG, out)


def test_a_file_that_goes_after_it_was_listed_stops_the_shard(plan, out):
    (plan.root / plan.files[3].name).unlink()
    message = r"ISIC_\d+\.jpg: cannot be read \(No such file or directory\); put it back and run again$"
    with pytest.raises(SourceError, match=message) as refused:
        write_shard(plan, CONFIG, out)
    assert "\n" not in str(refused.value)


def test_images_are_gathered_from_their_shards_in_the_order_asked_for():
    shards = {4: np.arange(2 * 12, dtype=np.uint8).reshape(2, 2, 2, 3), 9: np.full((1, 2, 2, 3), 99, np.uint8)}
    gathered = gather(shards, [(9, 0), (4, 1), (4, 0)])
    assert gathered[:, 0, 0, 0].tolist() == [99, 12, 0]
    gathered[:] = 0
    assert shards[9].all()
