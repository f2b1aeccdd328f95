import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from melanoma.artifacts.known_digests import KnownDigests
from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import decode_image
from melanoma.data.listing import SourceFile
from melanoma.data.shards import IMAGES, PIXELS, gather, keep_shards, open_pixels, plan_shards, write_shard
from melanoma.data.sources import ImageFile, list_sources
from melanoma.errors import SourceError

CONFIG = IngestConfig(size_px=32)


ROOT = Path("/source")


def image_of(name, content=None):
    return ImageFile(name, ROOT, SourceFile(name, 1, hashlib.sha256((content or name).encode()).hexdigest()))


def images_of(count, prefix="Train/nevus/ISIC"):
    return [image_of(f"{prefix}_{n:07d}.jpg") for n in range(count)]


def places_of(plans):
    """The places of contents, as an ingest that has these shards keeps them."""
    rows = [(image.file.sha256, n, row) for n, plan in enumerate(plans) for row, image in enumerate(plan.files)]
    return pd.DataFrame(rows, columns=["sha256", "shard", "row"])


def contents(plans):
    return [image.file.sha256 for plan in plans for image in plan.files]


@pytest.fixture
def plan(image_folder):
    """One shard of all 48 images."""
    (only,) = plan_shards(list_sources([image_folder]).images, 1000)
    return only


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "shard"
    folder.mkdir()
    return folder


def path_of(image):
    return image.root / image.file.name


# Plans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "sizes"), [(0, []), (1, [1]), (10, [10]), (11, [5, 6]), (20, [10, 10]), (21, [7, 7, 7])]
)
def test_shards_are_of_about_equal_size_and_none_is_too_large(images, sizes):
    assert [len(plan.files) for plan in plan_shards(images_of(images), 10)] == sizes


def test_every_content_is_in_one_shard_in_whatever_order_the_files_come():
    images = images_of(500)
    plans = plan_shards(images[::-1], 50)
    assert contents(plans) == sorted(image.file.sha256 for image in images)
    assert [plan.digest for plan in plan_shards(images, 50)] == [plan.digest for plan in plans]


def test_a_content_that_several_files_have_is_planned_once():
    plans = plan_shards([image_of("b", "same"), image_of("a", "same"), image_of("c")], 10)
    assert [image.image_id for plan in plans for image in plan.files if image.image_id != "c"] == ["b"]


def test_shards_whose_contents_are_still_there_are_kept():
    plans = plan_shards(images_of(100), 10)
    assert keep_shards(places_of(plans), contents(plans), 10) == list(range(10))


def test_a_shard_is_kept_while_half_of_it_is_in_the_set():
    plans = plan_shards(images_of(30), 10)
    first, second, third = ([image.file.sha256 for image in plan.files] for plan in plans)
    assert keep_shards(places_of(plans), [*first[:5], *second[:4], *third], 10) == [0, 2]


def test_nothing_of_another_set_is_kept():
    assert (
        keep_shards(places_of(plan_shards(images_of(30), 10)), contents(plan_shards(images_of(9, "x"), 10)), 10) == []
    )


@pytest.mark.parametrize(("small", "kept"), [(8, 9), (9, 1)])
def test_small_shards_are_kept_until_there_are_many(small, kept):
    plans = plan_shards(images_of(100), 100) + [plan_shards([image_of(f"new {n}")], 100)[0] for n in range(small)]
    assert len(keep_shards(places_of(plans), contents(plans), 100)) == kept


def test_a_shard_is_the_same_wherever_its_files_are_and_whatever_they_are_called():
    moved = [ImageFile(f"x/{n}.jpg", Path("/elsewhere"), image.file) for n, image in enumerate(images_of(20))]
    assert [plan.digest for plan in plan_shards(moved, 10)] == [plan.digest for plan in plan_shards(images_of(20), 10)]


# Pixels -------------------------------------------------------------------------------------------


def test_each_row_holds_the_pixels_of_its_file(plan, out):
    assert write_shard(plan, CONFIG, out) == {"images": 48, "unreadable": 0}
    rows, pixels = pd.read_parquet(out / IMAGES), open_pixels(out)
    assert (pixels.shape, pixels.dtype) == ((48, 32, 32, 3), np.uint8)
    assert rows["row"].tolist() == list(range(48))
    assert rows["sha256"].tolist() == [image.file.sha256 for image in plan.files]
    for number in (0, 17, 47):
        expected = decode_image(path_of(plan.files[number]).read_bytes(), 32, 50).pixels
        assert np.array_equal(pixels[number], expected)
        assert rows["pixel_sha256"][number] == hashlib.sha256(expected.tobytes()).hexdigest()
    assert set(rows["width"]) == set(rows["height"]) == {48}
    assert set(rows["format"]) == {"JPEG"}
    assert rows["reason"].isna().all()


def test_a_shard_holds_crops_where_the_configuration_asks_for_them(tmp_path, out):
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = 200  # the middle square
    Image.fromarray(wide).save(tmp_path / "ISIC_0000001.png")
    (wide_plan,) = plan_shards(list_sources([tmp_path]).images, 1000)
    write_shard(wide_plan, IngestConfig(size_px=32, fit="crop"), out)
    assert (open_pixels(out) == 200).all()
    write_shard(wide_plan, CONFIG, out)
    assert not open_pixels(out)[0, :, :7].any()  # squashed: 20 of 80 columns are 8 of 32


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
    root = plan.files[0].root
    odd = {
        "Train/nevus/ISIC_0000024.jpg": (root / "Train/nevus/ISIC_0000024.jpg").read_bytes()[:-200],
        "Train/nevus/ISIC_0000025.jpg": b"<html>not found</html>",
        "Train/nevus/ISIC_0000026.jpg": b"",
        "Train/nevus/ISIC_0000027.jpg": png.getvalue(),
    }
    for name, content in odd.items():
        (root / name).write_bytes(content)
    (changed,) = plan_shards(list_sources([root]).images, 1000)
    assert write_shard(changed, CONFIG, out) == {"images": 45, "unreadable": 3}
    rows = pd.read_parquet(out / IMAGES).assign(name=[image.image_id for image in changed.files]).set_index("name")
    bad = rows[rows["reason"].notna()].sort_index()
    assert bad.index.tolist() == sorted(odd)[:3]
    assert bad["row"].tolist() == [-1, -1, -1]
    assert bad["reason"].tolist()[0].startswith("cannot be decoded: image file is truncated")
    assert bad["reason"].tolist()[1:] == ["not an image, whatever its name says"] * 2
    assert rows.loc["Train/nevus/ISIC_0000027.jpg", "format"] == "PNG"
    place = [image.image_id for image in changed.files].index("Train/nevus/ISIC_0000025.jpg")
    assert not open_pixels(out)[place].any()


def test_a_file_that_changes_after_it_was_listed_stops_the_shard(plan, out):
    path_of(plan.files[3]).write_bytes(b"other")
    with pytest.raises(SourceError, match=r"ISIC_\d+\.jpg: was changed while the run was reading it; run again$"):
        write_shard(plan, CONFIG, out)


def test_a_settled_file_is_not_digested_again_and_a_changed_one_still_stops_the_shard(image_folder, out, monkeypatch):
    monkeypatch.setattr("melanoma.artifacts.known_digests._FINE_TICK_NS", -(10**12))
    (plan,) = plan_shards(list_sources([image_folder], (), KnownDigests(out).recall).images, 1000)
    with monkeypatch.context() as patched:
        patched.setattr("melanoma.data.shards.digest_bytes", lambda content: "digested")
        assert write_shard(plan, CONFIG, out)["images"] == 48
    path = path_of(plan.files[3])
    content, times = path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(content[:-1] + b"x")
    os.utime(path, ns=times)
    with pytest.raises(SourceError, match=r"was changed while the run was reading it; run again$"):
        write_shard(plan, CONFIG, out)


def test_a_file_that_goes_after_it_was_listed_stops_the_shard(plan, out):
    path_of(plan.files[3]).unlink()
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
