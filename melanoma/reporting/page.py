"""Set a page from a template: every value escaped, every number as a reader sees it."""

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment

from melanoma.reporting import names, number_text, result_tables
from melanoma.reporting.templating import make_environment
from melanoma.validation.bounded import visible_text

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST_NAME = 120


def set_page(template: str, **values: object) -> str:
    """Return the text of an HTML file, to be stored as UTF-8.

    Args:
        template: A file's name in `melanoma.reporting.templates`.
        values: What the template shows; an undefined name is an error.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = make_environment(autoescape=True)
    environment.filters |= {
        "interval": number_text.interval_text,
        "share": lambda share: _unbroken(number_text.share_text(share)),
        "seconds": lambda seconds: _unbroken(number_text.seconds_text(seconds)),
        "drift_name": names.drift_name,
        "metric_meaning": names.metric_meaning,
        "point_figure_name": names.point_figure_name,
        "point_figure_meaning": names.point_figure_meaning,
        "cut": _cut,
        "confound_row": lambda row: (row["diagnosis"], row),
        "data_uri": _data_uri,
        "setting": _setting,
    }
    environment.globals["point_rows"] = result_tables.point_rows
    return environment


def _unbroken(text: str) -> str:
    """Keep a number and its unit on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _cut(text: str, longest: int = _LONGEST_NAME) -> str:
    """Shorten a long text in its middle, because a file's name tells itself from others at its end."""
    half = longest // 2
    cut = text if len(text) <= longest else f"{text[: half - 1]}…{text[-half:]}"
    return visible_text(cut)


def _setting(config: Mapping[str, Any], path: str) -> object:
    """Return a value of the configuration by its path, such as ``evaluate.resamples``; None if it is not there."""
    section, _, key = path.partition(".")
    found: object = config.get(section, {}).get(key)
    return found


def _data_uri(picture: bytes) -> str:
    kind = "png" if picture.startswith(_PNG_SIGNATURE) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
