"""What a retraining and a monitoring say in the terminal."""

import json

import pytest

from flows.registry_summary import describe_monitoring, describe_retraining

TESTS = [
    {"what": "contrast", "distance": 0.4521, "p_holm": 0.0028, "drifted": True},
    {"what": "predicted classes", "distance": 0.1, "p_holm": 0.31, "drifted": False},
]


@pytest.fixture
def watched(tmp_path):
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    drift = {"tests": TESTS, "notes": ["drift shown in contrast, of 2 tests"]}
    (folder / "monitor.json").write_text(json.dumps({"drift": drift}))
    return tmp_path


def test_a_monitoring_lists_each_comparison_and_where_its_page_is(watched):
    record = {"run_id": "one", "monitor": {"said": "9 new"}}
    assert describe_monitoring(watched, record, as_json=False).splitlines() == [
        "",
        "source: 9 new",
        "drift shown in contrast, of 2 tests",
        "  contrast           distance 0.452, p corrected 0.0028, drifted",
        "  predicted classes  distance 0.100, p corrected 0.31",
        "",
        f"page: {watched / 'runs' / 'one' / 'monitor.html'}",
    ]
    said = json.loads(describe_monitoring(watched, record, as_json=True))
    assert (said["run_id"], said["found"]["drift"]["tests"]) == ("one", TESTS)


def test_a_monitoring_that_looked_at_nothing_says_why(tmp_path):
    record = {"run_id": "one", "monitor": {"said": "no new image"}}
    assert describe_monitoring(tmp_path, record, as_json=False) == "no new image"
    said = json.loads(describe_monitoring(tmp_path, record, as_json=True))
    assert (said["found"], said["page"]) == (None, None)


def test_a_gate_names_the_set_from_elsewhere_that_it_was_judged_on(tmp_path):
    gates = [
        {"gate": "calibration", "on": "", "verdict": "passed", "sentence": "not worse"},
        {"gate": "calibration", "on": "clinic", "verdict": "failed", "sentence": "worse"},
        {"gate": "latency", "verdict": "passed", "sentence": "a line of an earlier version"},
    ]
    entry = {"action": "refuse", "run_id": "one", "reason": "worse", "gates": gates}
    record = {"run_id": "one", "retrain": {"state": "changed", "said": "9 new"}, "promotion": entry}
    text = describe_retraining(tmp_path, record)
    assert "passed      not worse\n" in text
    assert "failed      on clinic: worse\n" in text
    assert "a line of an earlier version" in text
