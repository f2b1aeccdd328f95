import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from melanoma.evaluation.metrics import balanced_accuracy
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.paired_difference import CANNOT_BE_TOLD, PairedRows, judge, measure_difference
from melanoma.evaluation.paired_metric import ACCURACY, BALANCED_ACCURACY, MELANOMA_AUROC, sensitivity_at
from melanoma.evaluation.sample import whole_sample
from melanoma.evaluation.scored_rows import ScoredRows

QUICK = settings(max_examples=40, deadline=None)
METRIC = balanced_accuracy.METRIC
COMPARED = st.sampled_from([ACCURACY, BALANCED_ACCURACY, MELANOMA_AUROC, sensitivity_at(OperatingPoint(0.5, 0.95))])
NAMES = ("melanoma", "nevus", "vascular lesion")


@st.composite
def pairs(draw):
    """Two networks on the same 1 to 40 images of 2 or 3 classes, some of one lesion."""
    size, classes = draw(st.integers(1, 40)), draw(st.integers(2, 3))
    column = st.lists(st.integers(0, classes - 1), min_size=size, max_size=size).map(np.array)
    groups = np.unique(draw(st.lists(st.integers(0, 30), min_size=size, max_size=size)), return_inverse=True)[1]
    truth, names = draw(column), NAMES[:classes]
    both = (draw(column) for _ in range(2))
    return PairedRows(*(ScoredRows(names, truth, found, np.eye(classes)[found], groups) for found in both))


def take(pair, order):
    return PairedRows(
        *(
            ScoredRows(
                rows.classes, rows.truth[order], rows.predicted[order], rows.probabilities[order], rows.groups[order]
            )
            for rows in (pair.first, pair.second)
        )
    )


def measure(pair, seed=1):
    return measure_difference(pair, 200, seed)


@QUICK
@given(pairs(), st.integers(0, 2**40))
def test_the_value_is_within_its_interval_which_has_a_width(pair, seed):
    figure = measure(pair, seed)
    low, high = figure.interval
    assert -1 <= low <= figure.value <= high <= 1
    assert high - low > 1e-9
    first, second = (METRIC.function(whole_sample(rows))[0] for rows in (pair.first, pair.second))
    assert figure.value == pytest.approx(first - second)


@QUICK
@given(pairs())
def test_the_other_way_round_it_is_the_opposite(pair):
    there, back = measure(pair), measure(PairedRows(pair.second, pair.first))
    assert back.value == pytest.approx(-there.value)
    assert back.interval == pytest.approx((-there.interval[1], -there.interval[0]))


@QUICK
@given(pairs())
def test_a_network_gains_nothing_over_itself(pair):
    figure = measure(PairedRows(pair.first, pair.first))
    assert figure.value == 0
    assert judge(figure) == CANNOT_BE_TOLD


@QUICK
@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_of_images_changes_nothing(pair, random):
    order = list(range(pair.first.size))
    random.shuffle(order)
    there, again = measure(pair), measure(take(pair, order))
    assert again.value == pytest.approx(there.value)
    assert again.interval == pytest.approx(there.interval)


@QUICK
@given(pairs())
def test_each_image_twice_within_its_lesion_changes_nothing(pair):
    there, again = measure(pair), measure(take(pair, np.repeat(np.arange(pair.first.size), 2)))
    assert again.value == pytest.approx(there.value)
    assert again.interval == pytest.approx(there.interval)


@QUICK
@given(pairs(), COMPARED)
def test_any_figure_is_compared_within_its_interval_and_the_other_way_round_is_the_opposite(pair, compared):
    values = [compared.metric.function(whole_sample(rows)).item() for rows in (pair.first, pair.second)]
    assume(not np.isnan(values).any())
    there = measure_difference(pair, 100, 1, compared)
    back = measure_difference(PairedRows(pair.second, pair.first), 100, 1, compared)
    assert there.value == pytest.approx(values[0] - values[1])
    assert -1 <= there.interval[0] <= there.value <= there.interval[1] <= 1
    assert there.interval[1] - there.interval[0] > 1e-9
    assert back.interval == pytest.approx((-there.interval[1], -there.interval[0]))
