from melanoma.reporting.cohort import describe_cohort, describe_sources


def test_images_are_counted_by_attribution_and_licence_and_what_is_not_said_is_empty(manifest_of):
    manifest = manifest_of(
        attribution=["A", "A", None, "B"], license=["CC-0", "CC-0", "CC-0", None], split=["train", None, "test", "test"]
    )
    assert describe_sources(manifest) == [
        {"attribution": "A", "license": "CC-0", "images": 2, "used": 1},
        {"attribution": "", "license": "CC-0", "images": 1, "used": 1},
        {"attribution": "B", "license": "", "images": 1, "used": 1},
    ]


def test_a_manifest_without_such_columns_has_one_source_that_is_not_said(manifest_of):
    manifest = manifest_of(split=["train", "test"])
    assert describe_sources(manifest) == [{"attribution": "", "license": "", "images": 2, "used": 2}]


def test_the_cohort_is_that_of_images_that_are_used(manifest_of):
    manifest = manifest_of(
        split=["train", "test", None],
        age_approx=[30.0, 60.0, 90.0],
        sex=["female", None, "male"],
        lesion_id=["a", "a", "b"],
        patient_id=[None, None, "p"],
    )
    cohort = describe_cohort(manifest)
    assert (cohort["images"], cohort["lesions"]) == (2, 1)
    assert cohort["age"] == {"known": 2, "median": 45.0, "low": 30.0, "high": 60.0}
    assert cohort["sex"] == {"female": 1}


def test_what_is_not_known_of_any_image_is_not_there(manifest_of):
    manifest = manifest_of(split=["train"], age_approx=[None], sex=[None], anatom_site_general=[None])
    assert describe_cohort(manifest) == {"images": 1}
