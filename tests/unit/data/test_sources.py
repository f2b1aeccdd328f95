import zipfile

import h5py
import numpy as np
import pytest

from melanoma.artifacts.known_digests import KnownDigests
from melanoma.data.listing import list_source
from melanoma.data.recognise import read_set
from melanoma.data.sources import list_sources, open_images
from melanoma.errors import SourceError, UsageError


@pytest.fixture
def zipped(image_folder, tmp_path):
    """The small set as one archive."""
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(image_folder.rglob("*.*")):
            archive.write(file, file.relative_to(image_folder))
    return path


def test_an_archive_holds_the_same_set_as_the_folder_that_it_was_made_from(image_folder, zipped):
    folder, archive = list_source(image_folder), list_source(zipped)
    assert archive.digest == folder.digest
    assert [file.name for file in archive.images] == [file.name for file in folder.images]
    assert read_set(list_sources([zipped])).labels.rows.equals(read_set(list_sources([image_folder])).labels.rows)


def test_an_archive_beside_its_tables_is_looked_into(zipped, tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    zipped.rename(folder / "set.zip")
    listing = list_source(folder)
    assert len(listing.images) == 48
    assert {file.archive for file in listing.images} == {"set.zip"}
    assert listing.images[0].name == "set.zip/Test/basal cell carcinoma/ISIC_0000006.jpg"
    assert listing.read("set.zip/metadata.csv").startswith(b"isic_id,")


def test_images_in_an_hdf5_file_are_listed_and_read(image_folder, tmp_path):
    folder = tmp_path / "isic2024"
    folder.mkdir()
    content = (image_folder / "Train/nevus/ISIC_0000024.jpg").read_bytes()
    with h5py.File(folder / "train-image.hdf5", "w") as file:
        file["ISIC_0000024"] = np.void(content)
    sources = list_sources([folder])
    (image,) = sources.images
    assert image.image_id == "train-image.hdf5/ISIC_0000024.jpg"
    with open_images(sources.images) as read:
        assert read(image) == content


def test_a_damaged_member_is_refused_and_the_others_are_listed(image_folder, zipped):
    content = (image_folder / "Train/nevus/ISIC_0000024.jpg").read_bytes()
    packed = zipped.read_bytes()
    zipped.write_bytes(packed.replace(content[-60:-40], bytes(20)))
    listing = list_source(zipped)
    assert len(listing.images) == 47
    (refused,) = listing.refused
    assert refused.name == "Train/nevus/ISIC_0000024.jpg"
    assert refused.reason.endswith("fetch the archive again")


def test_a_broken_archive_among_images_is_refused_and_they_are_listed(image_folder):
    (image_folder / "more.zip").write_bytes(b"PK\x03\x04 cut off")
    listing = list_source(image_folder)
    assert len(listing.images) == 48
    assert [(file.name, file.reason) for file in listing.refused] == [
        ("more.zip", "not a whole ZIP archive; fetch it again")
    ]


def test_an_archive_that_is_all_there_is_and_is_broken_ends_with_one_line(tmp_path):
    (tmp_path / "set.zip").write_bytes(b"no archive")
    with pytest.raises(SourceError) as refused:
        list_source(tmp_path / "set.zip")
    assert str(refused.value) == f"{tmp_path / 'set.zip'}: not a whole ZIP archive; fetch it again"


def test_several_sources_are_one_set_under_the_names_of_their_folders(image_folder, zipped, tmp_path):
    other = tmp_path / "elsewhere" / "images"
    other.parent.mkdir()
    image_folder.rename(other)
    (tmp_path / "images").mkdir()
    zipped.rename(tmp_path / "images/set.zip")
    sources = list_sources([other, tmp_path / "images"])
    assert sources.names == ("images/", "images-2/")
    assert len({image.image_id for image in sources.images}) == 96
    rows = read_set(sources).labels.rows
    assert sorted(rows["image_id"]) == sorted(image.image_id for image in sources.images)
    assert read_set(sources).layout == "class folders + class folders"


def test_each_image_of_a_joined_set_knows_its_source_and_the_part_of_it(image_folder, tmp_path):
    ham = tmp_path / "ham"
    ham.mkdir()
    for number in (1, 2):
        (ham / f"ISIC_900000{number}.jpg").write_bytes(b"x")
    rows = "ISIC_9000001,L1,nv,vienna_dias\nISIC_9000002,L2,mel,\n"
    (ham / "table.csv").write_text(f"image_id,lesion_id,dx,dataset\n{rows}")
    joined = read_set(list_sources([image_folder, ham])).labels.rows.set_index("isic_id")["source"]
    assert joined[["ISIC_9000001", "ISIC_9000002"]].tolist() == ["ham/vienna_dias", "ham"]
    assert set(joined.drop(["ISIC_9000001", "ISIC_9000002"])) == {"images"}
    assert read_set(list_sources([image_folder])).labels.rows["source"].isna().all()


def test_a_source_that_is_given_twice_is_refused(image_folder):
    with pytest.raises(UsageError, match=r"images: given twice; name each source once$"):
        list_sources([image_folder, image_folder / ".." / image_folder.name])


def test_a_table_that_is_not_there_is_named(image_folder, tmp_path):
    with pytest.raises(UsageError, match=r"none\.csv: no such table; give a CSV file with a column isic_id$"):
        list_sources([image_folder], [tmp_path / "none.csv"])


def test_the_digest_knows_every_source_its_place_and_every_table(image_folder, zipped, tmp_path):
    (tmp_path / "m.csv").write_text("isic_id\n")
    sets = [
        list_sources([image_folder]),
        list_sources([image_folder, zipped]),
        list_sources([zipped, image_folder]),
        list_sources([image_folder], [tmp_path / "m.csv"]),
    ]
    assert len({found.digest for found in sets}) == 4


def test_digests_of_members_are_remembered_while_their_archive_is_unchanged(zipped, tmp_path, monkeypatch):
    monkeypatch.setattr("melanoma.artifacts.known_digests._FINE_TICK_NS", -(10**12))
    recall = KnownDigests(tmp_path).recall
    first = list_source(zipped, recall)
    monkeypatch.setattr("melanoma.data.listing.digest_bytes", lambda content: "0" * 64)
    assert list_source(zipped, recall) == first
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("Train/nevus/new.jpg", b"new")
    assert {file.sha256 for file in list_source(zipped, recall).images} == {"0" * 64}


def test_a_further_table_fills_lesions_and_patients_in(image_folder, tmp_path):
    (image_folder / "metadata.csv").unlink()
    table = tmp_path / "lesions.csv"
    table.write_text("image_id,lesion_id,age\nISIC_0000024,HAM_1,45\nISIC_9999999,HAM_2,50\n")
    rows = read_set(list_sources([image_folder], [table])).labels.rows.set_index("isic_id")
    assert (rows.loc["ISIC_0000024", "lesion_id"], rows.loc["ISIC_0000024", "age_approx"]) == ("HAM_1", 45)
    assert rows["lesion_id"].notna().sum() == 1


def test_a_further_table_without_ids_is_refused(image_folder, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"other\.csv: no column isic_id or image_id; give a table of ISIC images$"):
        read_set(list_sources([image_folder], [tmp_path / "other.csv"]))
