"""Records of audits, invented: a set with every kind of finding, one that is refused, a clean one, a hostile one."""

from dataclasses import replace

from melanoma.reporting.audit_page import AuditRecord
from melanoma.reporting.finding_pictures import FindingPictures, PictureCard, PictureGroup
from tests.unit.reporting.evidence_factory import AUDIT, EXPECTATIONS, HOSTILE, thumbnail

REASON = "cannot be decoded: image file is truncated (47 bytes not processed)"
FIGURES = {
    "labels_and_reference": [
        {"diagnosis": "nevus", "images": 5, "agree": 2, "disagree": 2, "not_in_reference": 1,
         "reference_says": {"actinic keratosis": 2, "nevus": 2}},
    ],
    "balanced_accuracy": {"value": 0.41, "ci95": [0.35, 0.47], "n": 321, "method": "bootstrap over groups"},
    "chance": 0.111,
    "most_telling": ["width", "jpeg_tables"],
}  # fmt: skip


def pictures(count, grouped=False, detail="some detail", seed=500):
    """So many images, alone or two by two."""
    cards = [
        PictureCard(f"Train/nevus/ISIC_{seed + k}.jpg", thumbnail(seed + k), "nevus", "train", detail, k % 2 == 1)
        for k in range(count)
    ]
    size = 2 if grouped else 1
    groups = [PictureGroup(tuple(cards[k : k + size]), size) for k in range(0, count, size)]
    return FindingPictures(tuple(groups), 3 * count, 3 * len(groups) if grouped else 0)


def build_audit(**changes):
    """A set with findings that was let through."""
    findings = [
        {"relabelled": 0, **finding, **({"figures": FIGURES} if finding["check"] == "label_conflict" else {})}
        for finding in AUDIT["findings"]
    ]
    unreadable = PictureCard("Train/nevus/ISIC_0000077.jpg", None, detail=REASON)
    record = AuditRecord(
        version="0.1.0",
        source={"layout": "class folders", "reason": "9 class folders", "data_digest": "0" * 64, "images": 2576},
        audit={
            **AUDIT, "findings": findings, "refusals": [],
            "notes": ["wart: 0 of 3 images are left (label_conflict took 3)."],
        },
        expectations=EXPECTATIONS,
        pictures={
            finding["check"]: pictures(4, grouped=finding["check"] != "class_imbalance") for finding in findings
        } | {"unreadable_image": FindingPictures((PictureGroup((unreadable,), 1),), 1)},
        left=(2566, 2575),
    )  # fmt: skip
    return replace(record, **changes)


def refused_audit():
    """The same set, refused for two reasons."""
    refusals = ["label_conflict is not let through", "expect_column_mean_to_be_between on age_approx failed: 7"]
    return build_audit(audit={**build_audit().audit, "passed": False, "refusals": refusals})


def clean_audit():
    """A set with nothing wrong."""
    audit = {"findings": [], "passed": True, "refusals": [], "notes": [], "checks_run": AUDIT["checks_run"]}
    audit["figures"] = {"small_image": {"balanced_accuracy": FIGURES["balanced_accuracy"], "chance": 0.111}}
    met = [entry for entry in EXPECTATIONS if entry["success"]]
    return build_audit(audit=audit, expectations=met, pictures={}, left=(2576, 2576))


def hostile_audit():
    """A set whose files, diagnoses, suites and figures carry code, 300 letters and right-to-left scripts."""
    code = HOSTILE[0]
    cards = [PictureCard(f"{name}/{code}.jpg", thumbnail(1), name, "test", code, True, name) for name in HOSTILE]
    check = {**AUDIT["findings"][1], "relabelled": 3, "remedy": code, "action": "relabel"}
    rows = [{"diagnosis": name, "images": 3, "reference_says": dict.fromkeys(HOSTILE, 1)} for name in HOSTILE]
    return build_audit(
        source={"layout": code, "reason": code, "data_digest": "0" * 64, "images": 9},
        audit={
            "findings": [{**check, "figures": {code: rows, "text": code}}], "passed": False, "refusals": HOSTILE,
            "notes": HOSTILE, "checks_run": [],
        },
        expectations=[
            dict.fromkeys(("suite", "expectation", "column", "observed"), name)
            | {"severity": "critical", "success": False}
            for name in HOSTILE
        ],
        pictures={"label_conflict": FindingPictures((PictureGroup(tuple(cards), 300),), 300, 100)},
    )  # fmt: skip
