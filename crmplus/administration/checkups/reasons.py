"""Why something failed, in one line that may be shown."""

from __future__ import annotations

from crmplus.logs import mask

LONGEST = 300


def reason(error: BaseException) -> str:
    """The first line of what an exception says, without keys; else its name."""
    return one_line(str(error)) or type(error).__name__


def one_line(text: str) -> str:
    """The first line of a text, not too long and without keys."""
    lines = text.strip().splitlines()
    return mask(lines[0]).strip()[:LONGEST] if lines else ""
