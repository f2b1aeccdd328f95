"""Set a Markdown file from a template: names from the data stay text."""

import html
from functools import cache

from jinja2 import Environment

from melanoma.reporting import number_text
from melanoma.reporting.templating import make_environment

_MARKS = str.maketrans({"|": "\\|", "`": "\\`", "[": "\\[", "]": "\\]", "\n": " ", "\r": " "})


def set_markdown(template: str, **values: object) -> str:
    """Return the text of a Markdown file.

    Args:
        template: A file's name in `melanoma.reporting.templates`.
        values: What the template shows; an undefined name is an error.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    # Markdown, not HTML; every expression goes through _escape
    environment = make_environment(autoescape=False, finalize=_escape)
    environment.filters["figure"] = number_text.figure_text
    return environment


def _escape(value: object) -> object:
    """Keep names from being read as HTML, as table cells or as links."""
    return html.escape(value, quote=False).translate(_MARKS) if isinstance(value, str) else value
