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
    beginning = str(value)[: longest + 1]
    visible = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in beginning)
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"
