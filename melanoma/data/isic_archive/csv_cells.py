"""Write cells that no spreadsheet takes for a formula, so that they can be read back as they were.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-`` or ``@``, which text from a server may do
(https://owasp.org/www-community/attacks/CSV_Injection). Such a cell gets an apostrophe in front, which makes it text.
One that has apostrophes in front of such a sign already gets one more, so that taking one away restores every cell.
Plain numbers, such as -2.5, stay as they are: they are harmless, and everybody reads them as numbers.
"""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def guard_cell(text: str) -> str:
    """Return a cell's text as it is written.

    Examples:
        >>> guard_cell("=HYPERLINK(0)"), guard_cell("-2.5"), guard_cell("St. Mary's")
        ("'=HYPERLINK(0)", '-2.5', "St. Mary's")
    """
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguard_cell(text: str) -> str:
    """Return a cell's text as it was before `guard_cell`; what that function never writes stays as it is.

    Examples:
        >>> unguard_cell("'=HYPERLINK(0)"), unguard_cell("-2.5"), unguard_cell("'-2.5")
        ('=HYPERLINK(0)', '-2.5', "'-2.5")
    """
    plain = text[1:]
    return plain if text.startswith("'") and guard_cell(plain) == text else text
