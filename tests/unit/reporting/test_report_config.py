import pytest
from pydantic import ValidationError

from melanoma.config.report import ReportConfig


def test_defaults_are_a_titled_report_with_six_examples_of_each_kind():
    config = ReportConfig()
    assert (config.examples_per_kind, config.figure_dpi) == (6, 200)
    assert config.title


@pytest.mark.parametrize(
    "values", [{"figure_dpi": 71}, {"examples_per_kind": -1}, {"title": ""}, {"colour": "blue"}, {"title": "x" * 201}]
)
def test_values_out_of_range_and_unknown_keys_are_refused(values):
    with pytest.raises(ValidationError):
        ReportConfig.model_validate(values)
