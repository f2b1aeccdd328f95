import pytest
from pydantic import ValidationError

from melanoma.config.synthetic import SyntheticConfig


@pytest.mark.parametrize("kind", ["exact_duplicates", "label_conflicts", "truncated_files", "test_images_in_train"])
def test_more_planted_files_than_one_per_36_pictures_are_refused(kind):
    counts = {"exact_duplicates": 0, "label_conflicts": 0, "truncated_files": 0, "test_images_in_train": 0}
    SyntheticConfig(images=72, **{**counts, kind: 2})  # 72 / 36 = 2
    with pytest.raises(ValidationError, match=f"{kind} is more than 2, one per 36 images; plant fewer"):
        SyntheticConfig(images=72, **{**counts, kind: 3})


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError, match="extra_forbidden"):
        SyntheticConfig(pictures=900)


def test_a_set_too_small_to_test_every_class_is_refused():
    with pytest.raises(ValidationError, match="greater than or equal to 72"):
        SyntheticConfig(images=71)


def test_the_defaults_are_the_documented_set():
    config = SyntheticConfig()
    assert (config.images, config.size_px, config.test_share) == (900, 180, 0.2)
