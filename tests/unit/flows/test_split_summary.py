"""What `melanoma split` says of a split: counts in columns, the proof, and that the leaking protocol leaks."""

from flows.split_summary import describe_split

SMALL, LARGE, NONE = {"images": 5, "groups": 4}, {"images": 1200, "groups": 1100}, {"images": 0, "groups": 0}
PLACES = {"train": LARGE, "validation": SMALL, "calibration": NONE, "test": SMALL, "excluded": NONE}
SOUND = {"name": "lesion_crosses_no_split", "holds": True, "text": "0 of 9 lesions cross", "offenders": []}
FOUND = {
    "protocol": "grouped",
    "total": PLACES,
    "classes": [{"diagnosis": "nevus", **PLACES}],
    "folds": [{"fold": 0, **SMALL}, {"fold": 1, **LARGE}],
    "excluded_because": {"label_conflict": 1310, "exact_duplicate": 4},
    "quarantined": 2,
    "proof": {"holds": True, "claims": [SOUND]},
    "manifest": "/home/runs/one/manifest.parquet",
}


def test_counts_stand_in_columns_and_the_proof_says_each_claim():
    assert describe_split(FOUND).splitlines() == [
        "",
        "images / groups of related images          train  validation  calibration   test  excluded",
        "nevus                              1,200 / 1,100       5 / 4        0 / 0  5 / 4     0 / 0",
        "all                                1,200 / 1,100       5 / 4        0 / 0  5 / 4     0 / 0",
        "",
        "outside test  images / groups",
        "fold 0                  5 / 4",
        "fold 1          1,200 / 1,100",
        "",
        "left out: 1,310 images, label_conflict",
        "left out: 4 images, exact_duplicate",
        "quarantined: 2",
        "",
        "proof: holds; groups were found again from lesions, patients and pictures in the run's tables",
        "  ok    0 of 9 lesions cross",
        "manifest: /home/runs/one/manifest.parquet",
    ]


def test_a_broken_claim_is_named_with_what_breaks_it_and_the_leaking_protocol_is_said():
    broken = {**SOUND, "holds": False, "text": "1 of 9 lesions cross", "offenders": ["L1: a in train, b in test"]}
    proof = {"holds": False, "claims": [broken]}
    lines = describe_split({**FOUND, "protocol": "after_augmentation", "folds": [], "proof": proof}).splitlines()
    assert "no folds" in lines
    assert any(line.startswith("proof: DOES NOT HOLD") for line in lines)
    assert lines[lines.index("  FAIL  1 of 9 lesions cross") + 1] == "        L1: a in train, b in test"
    assert any(line.startswith("split.protocol after_augmentation leaks") for line in lines)
