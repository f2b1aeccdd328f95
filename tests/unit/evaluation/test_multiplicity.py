import pytest
from scipy.stats import false_discovery_control

from melanoma.evaluation.figure import Figure
from melanoma.evaluation.multiplicity import adjust_by_holm, p_of_interval


@pytest.mark.parametrize(
    ("interval", "below"), [((0.01, 0.3), True), ((-0.01, 0.3), False), ((-0.3, -0.01), True), ((-0.3, 0.01), False)]
)
def test_p_is_below_five_per_cent_where_the_interval_leaves_out_nothing(interval, below):
    assert (p_of_interval(Figure(sum(interval) / 2, interval, 9, "", 30)) < 0.05) == below


def test_no_difference_has_p_one():
    assert p_of_interval(Figure(0.0, (0.0, 0.0), 9, "", 30)) == 1


def test_holm_lies_between_each_p_and_bonferroni():
    ps = [0.2, 0.004, 0.03, 0.03, 0.9]
    adjusted = adjust_by_holm(ps)
    assert adjusted == pytest.approx([0.4, 0.02, 0.12, 0.12, 0.9])
    assert all(control <= own + 1e-12 for control, own in zip(false_discovery_control(ps), adjusted, strict=True))
