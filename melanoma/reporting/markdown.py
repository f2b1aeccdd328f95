"""Set a Markdown file from a template: names from the data stay text."""

import html
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from melanoma.reporting import names, number_text, result_tables, templates

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
