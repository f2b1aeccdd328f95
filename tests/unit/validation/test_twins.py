from melanoma.validation.twins import on_both_sides, twins


def test_twins_have_equal_bytes_or_equal_pixels(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b", "c", "d", "e"],
        sha256=["1", "2", "1", "3", "4"],
        pixel_sha256=["p", "q", "p", "q", "r"],
    )
    found = twins(manifest)
    assert dict(zip(found["image_id"], found["twin_id"], strict=True)) == {"a": "a", "b": "b", "c": "a", "d": "b"}


def test_images_of_one_lesion_or_patient_are_no_twins(manifest_of):
    assert len(twins(manifest_of(image_id=["a", "b"], lesion_id=["L", "L"], patient_id=["P", "P"]))) == 0


def test_an_empty_manifest_has_no_twins(manifest_of):
    assert len(twins(manifest_of(image_id=["a"]).iloc[:0])) == 0


def test_an_identity_is_on_both_sides_when_it_is_in_test_and_outside(manifest_of):
    rows = manifest_of(
        image_id=["a", "b", "c", "d", "e", "f", "g"],
        lesion_id=["L", "L", "M", "M", "N", None, None],
        publisher_split=["test", None, "train", None, "test", "test", "train"],
    )
    assert on_both_sides(rows, "lesion_id")["image_id"].tolist() == ["a", "b"]
