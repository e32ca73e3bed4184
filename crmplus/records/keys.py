"""How names are compared: without case, accents and punctuation. Pure.

``fold("Müller & Söhne GmbH")`` is "muller sohne gmbh". Lists sort by folded names and
search for their beginnings.
"""

from __future__ import annotations

import re
import unicodedata

KEY_LENGTH = 120
# Control characters, and marks that turn the direction of writing or have no width.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters that Unicode does not decompose into a base letter and an accent.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
WRITTEN_OUT = re.compile("[aou]e")
BETWEEN_WORDS = re.compile(r"[\W_]+")
LAST_CHARACTER = "\U0010ffff"


def one_line(text: str) -> str:
    """A text as people see it: without unseen characters, on one line, trimmed."""
    spaced = " ".join(text.split())
    # Most texts: to look at each letter takes ten times as long.
    if spaced.isprintable():
        return spaced
    return "".join(c for c in spaced if unicodedata.category(c) not in UNSEEN).strip()


def fold(text: str) -> str:
    """A text in the form in which names are compared, at most KEY_LENGTH long."""
    line = one_line(text)
    base = line.casefold() if line.isascii() else _without_accents(line)
    return BETWEEN_WORDS.sub(" ", base).strip()[:KEY_LENGTH].strip()


def _without_accents(line: str) -> str:
    # Decomposed first: some letters have no lower case before ("𝐀").
    lower = unicodedata.normalize("NFKD", line).casefold()
    decomposed = unicodedata.normalize("NFKD", lower.translate(LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold_or_last(text: str) -> str:
    """As ``fold``; what is empty sorts behind everything else."""
    return fold(text) or LAST_CHARACTER


def spellings(text: str) -> list[str]:
    """The folded forms to look for: "Müller" also stands as "Mueller" and vice versa.

    The text as it was typed comes first; an empty list for nothing.
    """
    plain = fold(text)
    umlauts = unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS)
    contracted = WRITTEN_OUT.sub(lambda pair: pair[0][0], plain)
    return [key for key in dict.fromkeys([plain, fold(umlauts), contracted]) if key]


def turned(text: str) -> str:
    """The key of a name from its second word on, "" if it has but one.

    So "Bäckerei Schmidt" is found by "schmidt" too.
    """
    return fold(text).partition(" ")[2]
