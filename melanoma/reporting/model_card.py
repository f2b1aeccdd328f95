"""The model card: what a model is, how good it is and what it is not for.

Source: Mitchell et al. 2019, Model Cards for Model Reporting (FAT*), in the form that Hugging Face reads.
"""

from typing import Any

import yaml

from melanoma.reporting import names, result_tables
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.failures import weakest_diagnoses
from melanoma.reporting.markdown import set_markdown
from melanoma.reporting.summary import leak_lines
from melanoma.reporting.verdict import judge

_DECIMALS = 4


def render_model_card(evidence: Evidence) -> str:
    """Write the model card.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        Markdown with YAML front matter.
    """
    body = set_markdown(
        "model_card.md.j2",
        evidence=evidence,
        metrics=evidence.metrics,
        leaks_by_protocol=evidence.protocol == AFTER_AUGMENTATION,
        verdict=judge(evidence),
        chance=evidence.chance,
        splits=result_tables.split_names(evidence.metrics),
        methods=result_tables.headline_methods(evidence.metrics),
        leak=leak_lines(evidence.leak),
        size_px=evidence.config.get("ingest", {}).get("size_px"),
        weakest=weakest_diagnoses(evidence),
        fields=evidence.history.get("metadata", []),
        told=[names.metadata_name(field) for field in evidence.history.get("metadata", [])],
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
