"""Files, folders and archives are found under the names that the user gave; what is not read has a reason."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from melanoma.data.given_images import find_images
from melanoma.errors import SourceError, UsageError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("set/a.jpg", "set/deep/b.png", "set/a_segmentation.png", "c.jpg"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(name)
    Path("set/notes.txt").write_text("no image")
    with zipfile.ZipFile("more.zip", "w") as archive:
        archive.write("c.jpg", "x/c.jpg")
        archive.write("c.jpg", "../out.jpg")
    return tmp_path


def test_images_bear_the_names_that_were_given(here):
    given = find_images([Path("c.jpg"), Path("set"), Path("more.zip")])
    assert [image.image_id for image in given.images] == ["c.jpg", "set/a.jpg", "set/deep/b.png", "more.zip/x/c.jpg"]
    assert {file.name: file.reason.partition(";")[0] for file in given.refused} == {
        "set/a_segmentation.png": "a mask or map beside an image",
        "more.zip/../out.jpg": "its name leads out of the archive",
    }


def test_a_file_that_is_named_itself_is_tried_whatever_it_is(here):
    given = find_images([Path("set/notes.txt"), Path("set/a_segmentation.png")])
    assert [image.image_id for image in given.images] == ["set/notes.txt", "set/a_segmentation.png"]


def test_a_path_that_is_not_there_or_stands_twice_is_refused(here):
    with pytest.raises(UsageError, match=r"nowhere: no such folder or archive"):
        find_images([Path("c.jpg"), Path("nowhere")])
    with pytest.raises(UsageError, match=r"set/\.\./c\.jpg: given twice"):
        find_images([Path("c.jpg"), Path("set/../c.jpg")])


def test_a_folder_without_an_image_is_refused(here):
    Path("empty").mkdir()
    with pytest.raises(SourceError, match=r"empty: holds no image"):
        find_images([Path("empty")])
