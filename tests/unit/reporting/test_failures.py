from dataclasses import replace

from melanoma.reporting.failures import unmeasured_diagnoses, weakest_diagnoses


def figure(value, low, high):
    return {"sensitivity": {"value": value, "ci95": [low, high], "n": 10, "method": "exact"}, "n": 10}


def with_classes(evidence, per_class, confusion):
    test = {"n": 40, "per_class": per_class, "confusion": confusion}
    return replace(evidence, metrics={"classes": list(per_class), "splits": {"test": test}})


def test_the_diagnosis_that_is_surely_missed_stands_before_one_of_which_a_single_image_was(sound):
    per_class = {"a": figure(0.9, 0.8, 1.0), "b": figure(0.0, 0.0, 0.79), "c": figure(0.3, 0.1, 0.55)}
    evidence = with_classes(sound, per_class, [[9, 1, 0], [1, 0, 0], [2, 5, 3]])
    first, second = weakest_diagnoses(evidence)
    assert (first.diagnosis, first.taken_for, first.times, first.images) == ("c", "b", 5, 10)
    assert (second.diagnosis, second.taken_for, second.times, second.images) == ("b", "a", 1, 1)


def test_a_model_without_errors_fails_nowhere(sound):
    per_class = {"a": figure(1.0, 0.7, 1.0), "b": figure(1.0, 0.6, 1.0)}
    assert weakest_diagnoses(with_classes(sound, per_class, [[10, 0], [0, 10]])) == []


def test_a_diagnosis_without_a_figure_is_unmeasured(sound):
    evidence = with_classes(sound, {"a": figure(0.5, 0.2, 0.8), "b": {"n": 0}}, [[5, 5], [0, 0]])
    assert unmeasured_diagnoses(evidence) == ["b"]
    assert [failure.diagnosis for failure in weakest_diagnoses(evidence)] == ["a"]
