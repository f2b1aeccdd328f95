import h5py
import numpy as np
import pytest

from melanoma.data.containers.container import Member
from melanoma.data.containers.hdf5_file import Hdf5File
from melanoma.errors import SourceError

JPEG = b"\xff\xd8 some bytes \xff\xd9"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train-image.hdf5"


def test_a_dataset_is_an_image_that_is_named_for_it(path):
    with h5py.File(path, "w") as file:
        file["ISIC_0015670"] = np.void(JPEG)
        file["ISIC_0015671"] = np.frombuffer(JPEG, np.uint8)
        file["more/ISIC_0015672"] = JPEG
    with Hdf5File(path) as opened:
        found = opened.contents()
        assert found.members == tuple(
            Member(f"{name}.jpg", len(JPEG)) for name in ("ISIC_0015670", "ISIC_0015671", "more/ISIC_0015672")
        )
        assert [opened.read(member.name) for member in found.members] == [JPEG] * 3


def test_a_dataset_that_is_no_encoded_image_is_refused(path):
    with h5py.File(path, "w") as file:
        file["pixels"] = np.zeros((4, 4, 3), np.uint8)
        file["numbers"] = np.arange(3.0)
    with Hdf5File(path) as opened:
        reasons = {file.name: file.reason for file in opened.contents().refused}
    assert reasons == {
        "numbers.jpg": "a dataset of float64 (3,), not an encoded image; leave it out",
        "pixels.jpg": "a dataset of uint8 (4, 4, 3), not an encoded image; leave it out",
    }


def test_links_that_lead_elsewhere_or_back_are_not_followed(path, tmp_path):
    with h5py.File(tmp_path / "other.hdf5", "w") as file:
        file["secret"] = np.void(JPEG)
    with h5py.File(path, "w") as file:
        file["ISIC_0000001"] = np.void(JPEG)
        file["outside"] = h5py.ExternalLink(str(tmp_path / "other.hdf5"), "secret")
        file["soft"] = h5py.SoftLink("/ISIC_0000001")
        file["group/up"] = file["/"]
    with Hdf5File(path) as opened:
        assert [member.name for member in opened.contents().members] == ["ISIC_0000001.jpg"]


def test_bytes_that_are_in_another_file_are_refused(path, tmp_path):
    (tmp_path / "raw").write_bytes(JPEG)
    with h5py.File(path, "w") as file:
        file.create_dataset("a", (len(JPEG),), "uint8", external=[(str(tmp_path / "raw"), 0, len(JPEG))])
    with Hdf5File(path) as opened:
        assert opened.contents().refused[0].reason == "its bytes are in another file; leave it out"


def test_what_is_no_hdf5_file_is_said(path):
    path.write_bytes(b"text")
    with pytest.raises(SourceError, match=r"^not a whole HDF5 file; fetch it again$"):
        Hdf5File(path)
