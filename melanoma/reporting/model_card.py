"""The model card: what a model is, how good it is and what it is not for.

Source: Mitchell et al. 2019, Model Cards for Model Reporting (FAT*), in the form that Hugging Face reads.
"""

import html
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from melanoma.reporting import names, number_text, result_tables, templates
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.summary import leak_lines
from melanoma.reporting.verdict import judge

_DECIMALS = 4
_MARKS = str.maketrans({"|": "\\|", "`": "\\`", "[": "\\[", "]": "\\]", "\n": " ", "\r": " "})


def render_model_card(evidence: Evidence) -> str:
    """Write the model card.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        Markdown with YAML front matter.
    """
    body = (
        _environment()
        .get_template("model_card.md.j2")
        .render(
            evidence=evidence,
            metrics=evidence.metrics,
            leaks_by_protocol=evidence.protocol == AFTER_AUGMENTATION,
            verdict=judge(evidence),
            chance=evidence.chance,
            splits=result_tables.split_names(evidence.metrics),
            methods=result_tables.headline_methods(evidence.metrics),
            leak=leak_lines(evidence.leak),
            size_px=evidence.config.get("ingest", {}).get("size_px"),
        )
    )
    front = yaml.safe_dump(_front_matter(evidence), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{body}\n"


def _front_matter(evidence: Evidence) -> dict[str, Any]:
    front: dict[str, Any] = {
        "library_name": "keras",
        "pipeline_tag": "image-classification",
        "tags": ["dermoscopy", "skin-lesion", "melanoma", "research-only"],
    }
    splits = result_tables.split_names(evidence.metrics)
    if not splits:
        return front
    results = [_result(evidence, split) for split in splits]
    return front | {
        "metrics": sorted({metric["type"] for result in results for metric in result["metrics"]}),
        "model-index": [{"name": evidence.title, "results": results}],
    }


def _result(evidence: Evidence, split: str) -> dict[str, Any]:
    return {
        "task": {"type": "image-classification", "name": "Skin-lesion classification"},
        "dataset": {
            "type": str(evidence.source.get("layout", "images")),
            "name": f"{evidence.source.get('layout', 'images')}, protocol {evidence.protocol}",
            "split": split,
        },
        "metrics": [_metric(name, figure) for name, figure in evidence.split(split).get("metrics", {}).items()],
    }


def _metric(name: str, figure: result_tables.FigureRecord) -> dict[str, Any]:
    return {
        "type": name,
        "name": names.metric_name(name),
        "value": round(float(figure["value"]), _DECIMALS),
        "args": {
            "ci95": [round(float(end), _DECIMALS) for end in figure["ci95"]],
            "n": figure["n"],
            "method": figure["method"],
        },
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(templates.__name__, ""),
        autoescape=False,  # Markdown, not HTML; every expression goes through _escape
        finalize=_escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": number_text.count_text,
        "share": number_text.share_text,
        "decimal": number_text.decimal_text,
        "figure": number_text.figure_text,
        "value": number_text.value_text,
        "metric_name": names.metric_name,
        "plain_name": names.plain_name,
        "missing_name": names.missing_name,
        "within_sentence": names.within_sentence,
    }
    environment.globals |= {"metric_rows": result_tables.metric_rows, "class_rows": result_tables.class_rows}
    environment.globals |= {"class_columns": result_tables.class_columns, "class_figure_name": names.class_figure_name}
    return environment


def _escape(value: object) -> object:
    """Keep names from being read as HTML, as table cells or as links."""
    return html.escape(value, quote=False).translate(_MARKS) if isinstance(value, str) else value
