"""The report: one HTML file that opens offline, runs no script and asks for nothing."""

from melanoma.data.examples import LEAK_SHARES
from melanoma.reporting import data_flow, failures, result_tables
from melanoma.reporting.checklist import answer_checklists
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.explanations import tell_sanity
from melanoma.reporting.heat_map import list_colours
from melanoma.reporting.page import set_page
from melanoma.reporting.robustness import list_methods, tell_drops
from melanoma.reporting.rule import all_rules
from melanoma.reporting.study_page import group_answers
from melanoma.reporting.verdict import judge


def render_html(evidence: Evidence) -> str:
    """Write the report.

    Every name and text of the evidence is escaped; the page's policy forbids scripts and requests.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    return set_page(
        "report.html.j2",
        evidence=evidence,
        metrics=evidence.metrics,
        leaks_by_protocol=evidence.protocol == AFTER_AUGMENTATION,
        verdict=judge(evidence),
        rules=all_rules(),
        chance=evidence.chance,
        flow=data_flow.read_flow(evidence.flow, evidence.protocol),
        tiles=result_tables.headline_tiles(evidence),
        splits=result_tables.split_names(evidence.metrics),
        methods=result_tables.number_methods(evidence.metrics),
        answers=list(group_answers(evidence.study["comparisons"])) if evidence.study else [],
        drops=tell_drops(evidence.robustness),
        drop_methods=list_methods(evidence.robustness),
        heat_colours=list_colours(),
        sanity=tell_sanity(evidence.explanations),
        failures=failures.weakest_diagnoses(evidence),
        unmeasured=failures.unmeasured_diagnoses(evidence) if evidence.split("test") else [],
        checklists=answer_checklists(evidence),
        related=sum(evidence.leak.get(f"{split}_with_relative_in_training", 0) for split in LEAK_SHARES),
        stages={row["stage"]: row for row in evidence.provenance},
    )
