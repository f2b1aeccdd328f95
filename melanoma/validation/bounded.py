"""Values that others wrote, made fit to be shown: of bounded length, on one line, with nothing invisible in them."""

LONGEST_TEXT = 200


def bounded_text(value: object, longest: int = LONGEST_TEXT) -> str:
    r"""Return a value as text that hides nothing: control and direction marks are written out, the end is cut.

    Args:
        value: Anything.
        longest: Characters, at most.

    Examples:
        >>> bounded_text("a\u202eb\n"), bounded_text("x" * 9, longest=5)
        ('a\\u202eb\\n', 'xxxx…')
    """
    visible = visible_text(str(value)[: longest + 1])
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"


def visible_text(text: str) -> str:
    """Return a text with its control and direction marks written out: a name must not pass for another one."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
