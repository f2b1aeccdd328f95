"""What the templates of pages and of Markdown files have in common: where they are, and the words they can use."""

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from melanoma.reporting import names, number_text, result_tables, templates


def make_environment(autoescape: bool, finalize: Callable[[object], object] | None = None) -> Environment:
    """Return an environment for the templates of this package; an undefined name is an error.

    Args:
        autoescape: Whether every value becomes text of HTML.
        finalize: What every expression goes through instead.
    """
    environment = Environment(
        loader=PackageLoader(templates.__name__, ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=autoescape,
        finalize=finalize,
    )
    environment.filters |= {
        "count": number_text.count_text,
        "decimal": number_text.decimal_text,
        "share": number_text.share_text,
        "value": number_text.value_text,
        "metadata_name": names.metadata_name,
        "metric_name": names.metric_name,
        "class_figure_name": names.class_figure_name,
        "plain_name": names.plain_name,
        "missing_name": names.missing_name,
        "within_sentence": names.within_sentence,
    }
    environment.globals |= {
        "metric_rows": result_tables.metric_rows,
        "class_rows": result_tables.class_rows,
        "class_columns": result_tables.class_columns,
    }
    return environment
