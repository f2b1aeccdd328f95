import pandas as pd

from melanoma.data.grouping import group_images, name_near_duplicates


def groups(manifest, **options):
    return group_images(manifest, **options).tolist()


def test_images_without_a_tie_are_groups_of_one(manifest_of):
    manifest = manifest_of(image_id=["a", "b", "c"])
    assert groups(manifest) == ["a", "b", "c"]


def test_each_tie_joins(manifest_of):
    for tie in ("lesion_id", "patient_id", "sha256", "pixel_sha256"):
        assert groups(manifest_of(image_id=["c", "b", "a"], **{tie: ["x", "y", "x"]})) == ["a", "b", "a"]


def test_ties_join_through_a_third_image(manifest_of):
    manifest = manifest_of(
        image_id=["a", "b", "c", "d"],
        lesion_id=["L", "L", None, None],
        sha256=["1", "2", "2", "3"],
        patient_id=[None] * 4,
    )
    assert groups(manifest) == ["a", "a", "a", "d"]


def test_what_is_unknown_ties_nothing(manifest_of):
    assert groups(manifest_of(image_id=["a", "b"], lesion_id=[None, None], patient_id=[float("nan")] * 2)) == ["a", "b"]


def test_equal_values_in_different_columns_tie_nothing(manifest_of):
    assert groups(manifest_of(image_id=["a", "b"], lesion_id=["x", None], patient_id=[None, "x"])) == ["a", "b"]


def test_only_the_ties_that_are_asked_for_join(manifest_of):
    manifest = manifest_of(image_id=["a", "b"], lesion_id=["x", "x"])
    assert groups(manifest, ties=("sha256",)) == ["a", "b"]


def test_the_result_has_the_manifests_index(manifest_of):
    manifest = manifest_of(image_id=["a", "b", "c"], lesion_id=["x", None, "x"])
    turned = manifest.iloc[::-1]
    assert group_images(turned).to_dict() == group_images(manifest).to_dict() == {0: "a", 1: "b", 2: "a"}


def test_pairs_join_too_and_an_unknown_image_joins_nothing(manifest_of):
    pairs = pd.DataFrame({"image_id": ["b", "a"], "other_id": ["c", "gone"]})
    assert groups(manifest_of(image_id=["a", "b", "c"]), pairs=pairs) == ["a", "b", "b"]


def test_only_near_duplicates_have_a_near_duplicate_id(manifest_of):
    pairs = pd.DataFrame({"image_id": ["b", "c"], "other_id": ["c", "d"]})
    manifest = manifest_of(image_id=["a", "b", "c", "d"], lesion_id=["L", "L", None, None])
    assert name_near_duplicates(manifest, pairs).fillna("none").tolist() == ["none", "b", "b", "b"]
    for none in (None, pairs.iloc[:0]):
        assert name_near_duplicates(manifest, none).isna().all()


def test_one_id_of_the_archive_is_one_picture_and_other_ids_tie_nothing(manifest_of):
    manifest = manifest_of(image_id=["a", "b", "c", "d"], isic_id=["ISIC_0000001", "ISIC_0000001", "1", "1"])
    assert group_images(manifest).tolist() == ["a", "a", "c", "d"]


def test_pairs_join_also_through_ties_and_unknown_ones_join_nothing(manifest_of):
    manifest = manifest_of(image_id=["a", "b", "c", "d"], lesion_id=["L", None, "L", None])
    pairs = pd.DataFrame({"image_id": ["b", "d", "gone"], "other_id": ["c", "elsewhere", "a"]})
    assert groups(manifest, pairs=pairs) == ["a", "a", "a", "d"]


def test_no_pairs_change_nothing(manifest_of):
    manifest = manifest_of(image_id=["a", "b"])
    assert groups(manifest, pairs=pd.DataFrame({"image_id": [], "other_id": []})) == groups(manifest)
