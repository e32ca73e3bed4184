"""What people write into tickets, made safe to keep; and its words, to search by. Pure.

``words("Toner für Müller")`` is ["toner", "fur", "muller"].
"""

from __future__ import annotations

import re
import unicodedata

SUBJECT_LENGTH = 200
TEXT_LENGTH = 10_000
WORD_LENGTH = 40
MOST_WORDS = 30
# Control characters, and marks that turn the direction of writing or have no width.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
NO_WORDS = re.compile(r"[\W_]+")


def line(text: str, length: int = SUBJECT_LENGTH) -> str:
    """One line as people see it, without unseen characters, at most so long."""
    spaced = " ".join(text.split())
    seen = "".join(c for c in spaced if unicodedata.category(c) not in UNSEEN)
    return seen.strip()[:length].rstrip()


def lines(text: str) -> str:
    """A text of several lines: trimmed, without NUL, at most TEXT_LENGTH long."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:TEXT_LENGTH]


def words(text: str) -> list[str]:
    """The words of a text without case and accents, each once, in their order."""
    folded = unicodedata.normalize("NFKD", line(text, TEXT_LENGTH)).casefold()
    base = "".join(c for c in folded if not unicodedata.combining(c))
    found = (word[:WORD_LENGTH] for word in NO_WORDS.split(base) if word)
    return list(dict.fromkeys(found))[:MOST_WORDS]
