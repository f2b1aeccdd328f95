import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import difference_interval, wilson_interval
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.ranking import rank_scores, weighted_auroc
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import ScoredRows, score_rows

NAMES = ("melanoma", "nevus", "vascular lesion")
METRICS = all_metrics()
QUICK = settings(max_examples=25, deadline=None)


@st.composite
def scored_rows(draw):
    """Rows of 2 or 3 classes with many equal probabilities, some classes absent, some rows of one lesion."""
    size = draw(st.integers(1, 25))
    classes = draw(st.integers(2, 3))
    column = st.lists(st.integers(0, classes - 1), min_size=size, max_size=size)
    scores = draw(
        st.lists(st.lists(st.integers(1, 4), min_size=classes, max_size=classes), min_size=size, max_size=size)
    )
    probabilities = np.array(scores, dtype=float) / np.array(scores).sum(axis=1, keepdims=True)
    groups = np.unique(draw(st.lists(st.integers(0, 8), min_size=size, max_size=size)), return_inverse=True)[1]
    return ScoredRows(NAMES[:classes], np.array(draw(column)), probabilities.argmax(axis=1), probabilities, groups)


def take(rows, order):
    return ScoredRows(
        rows.classes, rows.truth[order], rows.predicted[order], rows.probabilities[order], rows.groups[order]
    )


def values(rows):
    return {metric.name: metric.function(whole_sample(rows)) for metric in METRICS}


def assert_same(found, expected):
    for name, figures in expected.items():
        np.testing.assert_allclose(found[name], figures, atol=1e-12, err_msg=name)


@QUICK
@given(scored_rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_figure(rows, random):
    order = list(range(rows.size))
    random.shuffle(order)
    assert_same(values(take(rows, order)), values(rows))


@QUICK
@given(scored_rows())
def test_each_row_twice_within_its_lesion_changes_no_figure(rows):
    assert_same(values(take(rows, np.repeat(np.arange(rows.size), 2))), values(rows))


@QUICK
@given(scored_rows(), st.floats(0.01, 1000))
def test_only_the_ratios_of_weights_count(rows, factor):
    for metric in METRICS:
        found = metric.function(Sample(rows, np.full((1, rows.size), factor)))
        np.testing.assert_allclose(found, metric.function(whole_sample(rows)), atol=1e-9)


@QUICK
@given(scored_rows(), st.data())
def test_a_weight_of_two_is_the_row_twice(rows, data):
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=rows.size, max_size=rows.size)))
    repeated = take(rows, np.repeat(np.arange(rows.size), counts))
    assume(set(repeated.truth) == set(rows.truth))
    for metric in METRICS:
        if metric.name != "ece":  # its bins are those of the split, not of the resample
            found = metric.function(Sample(rows, counts[None].astype(float)))
            np.testing.assert_allclose(found, metric.function(whole_sample(repeated)), atol=1e-12, err_msg=metric.name)


@QUICK
@given(scored_rows(), st.integers(0, 2**40))
def test_every_figure_is_in_range_within_its_interval_and_never_certain(rows, seed):
    ends = {metric.name: (metric.lower, metric.upper) for metric in METRICS} | {"melanoma_pauc": (0.0, 0.2)}
    for name, outcomes in measure(rows, METRICS, 100, seed).items():
        for figure in outcomes:
            if isinstance(figure, Figure):
                low, high = figure.interval
                assert ends[name][0] - 1e-12 <= low <= figure.value <= high <= ends[name][1] + 1e-12
                assert high - low > 1e-9
                assert 0 < figure.n <= rows.size
                assert 0 <= figure.events <= figure.n


@QUICK
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_reversed_scores_give_the_opposite_area(pairs):
    scores, positive = np.array([score for score, _ in pairs], dtype=float), np.array([flag for _, flag in pairs])
    assume(positive.any() and not positive.all())
    ones = np.ones((1, len(scores)))
    area = weighted_auroc(rank_scores(scores, positive), ones) + weighted_auroc(rank_scores(-scores, positive), ones)
    assert area == pytest.approx(1)


@QUICK
@given(st.floats(0, 1), st.floats(0.3, 1e5))
def test_the_score_interval_holds_its_share_and_has_a_width(share, count):
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share <= high <= 1
    assert high > low


@QUICK
@given(*[st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted) for _ in range(2)])
def test_the_difference_of_two_figures_is_opposite_the_other_way_round(first, second):
    one, two = ((values[1], (values[0], values[2])) for values in (first, second))
    low, high = difference_interval(one, two)
    assert difference_interval(two, one) == pytest.approx((-high, -low))
    assert low <= one[0] - two[0] <= high


@QUICK
@given(scored_rows())
def test_a_table_is_read_back_as_the_rows_that_made_it(rows):
    table = pd.DataFrame(
        {
            "diagnosis": np.array(rows.classes)[rows.truth],
            "predicted": np.array(rows.classes)[rows.predicted],
            "group_id": [f"{group:02}" for group in rows.groups],
            **{f"probability:{name}": rows.probabilities[:, c] for c, name in enumerate(rows.classes)},
        }
    )
    assert_same(values(score_rows(table, rows.classes, EvaluateConfig())), values(rows))
