import pytest

from melanoma.reporting.names import metric_meaning, metric_name, missing_name, order_splits, within_sentence


def test_splits_stand_as_validation_test_and_others_by_name():
    assert order_splits({"test", "validation", "clinic b", "clinic a"}) == [
        "validation",
        "test",
        "clinic a",
        "clinic b",
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("per_class.nevus.auroc", "nevus: AUROC"),
        ("per_class.e.g. a_name.f1", "e.g. a_name: F1"),
        ("subgroups.age_band.<30", "Age band: <30"),
        ("operating_point", "Operating point"),
        ("ece", "Calibration error (ECE)"),
    ],
)
def test_what_is_missing_is_named_without_its_path(path, name):
    assert missing_name(path) == name


def test_a_metric_that_is_not_known_is_called_by_its_key():
    assert (metric_name("net_benefit"), metric_meaning("net_benefit")) == ("Net benefit", "")


def test_abbreviations_keep_their_capitals_within_a_sentence():
    assert [within_sentence(text) for text in ("Macro F1", "AUROC", "F1", "")] == ["macro F1", "AUROC", "F1", ""]
