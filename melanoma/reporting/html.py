"""The report: one HTML file that opens offline, runs no script and asks for nothing."""

import base64
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from melanoma.reporting import data_flow, names, number_text, result_tables, templates
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.verdict import RULES, chance_level, judge

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def render_html(evidence: Evidence) -> str:
    """Write the report.

    Every name and text of the evidence is escaped; the page's policy forbids scripts and requests.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    return _environment().get_template("report.html.j2").render(
        evidence=evidence,
        metrics=evidence.metrics,
        leaks_by_protocol=evidence.protocol == AFTER_AUGMENTATION,
        verdict=judge(evidence),
        rules=RULES,
        chance=chance_level(evidence),
        flow=data_flow.read_flow(evidence.flow, evidence.protocol),
        tiles=result_tables.headline_tiles(evidence),
        splits=result_tables.split_names(evidence.metrics),
        methods=result_tables.number_methods(evidence.metrics),
        stages={row["stage"] for row in evidence.provenance},
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(templates.__name__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": number_text.count_text,
        "decimal": number_text.decimal_text,
        "interval": number_text.interval_text,
        "share": lambda share: _unbroken(number_text.share_text(share)),
        "seconds": lambda seconds: _unbroken(number_text.seconds_text(seconds)),
        "value": number_text.value_text,
        "metric_name": names.metric_name,
        "metric_meaning": names.metric_meaning,
        "class_figure_name": names.class_figure_name,
        "plain_name": names.plain_name,
        "missing_name": names.missing_name,
        "within_sentence": names.within_sentence,
        "data_uri": _data_uri,
    }
    environment.globals |= {
        "metric_rows": result_tables.metric_rows,
        "class_rows": result_tables.class_rows,
        "class_columns": result_tables.class_columns,
    }
    return environment


def _unbroken(text: str) -> str:
    """Keep a number and its unit on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _data_uri(picture: bytes) -> str:
    kind = "png" if picture.startswith(_PNG_SIGNATURE) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
