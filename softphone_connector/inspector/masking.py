"""Made-up numbers and call IDs in place of real ones; equal ones stay equal."""

from __future__ import annotations

import re
from typing import Final

# Numbers that nobody has, a thousand each: Bundesnetzagentur, "Rufnummern für
# Medienproduktionen" (Berlin, Frankfurt, Hamburg, Cologne, Munich).
MADE_UP: Final = ("+493023125", "+496990009", "+494066969", "+492214710", "+498999998")
EACH: Final = 1_000
# An extension or a feature code says nothing about who called.
HARMLESS: Final = re.compile(r"[0-9*#]{0,5}|anonymous")


class Masks:
    """The masks of one table."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._call_ids: dict[str, str] = {}

    def number(self, text: str) -> str:
        """A made-up number of the same kind; extensions stay."""
        if HARMLESS.fullmatch(text):
            return text
        place = len(self._numbers)
        return self._numbers.setdefault(text, _made_up(text, place))

    def call_id(self, text: str) -> str:
        """A made-up call ID, "" for none."""
        place = len(self._call_ids) + 1
        return self._call_ids.setdefault(text, f"id-{place}") if text else ""


def _made_up(text: str, place: int) -> str:
    if text.startswith("+"):
        block, number = divmod(place, EACH)
        return f"{MADE_UP[block % len(MADE_UP)]}{number:03d}"
    if text.isdigit():
        return f"{text[0]}{place:0{len(text) - 1}d}"
    return f"caller-{place}"
