"""Somebody who uses the product for the first time: what they click is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.axe import complaints

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Keystroke-level model, Card, Moran and Newell, "The Keystroke-Level Model for User
# Performance Time with Interactive Systems", 1980: seconds for pointing with a mouse
# and clicking, for a key of an average typist, and for making up one's mind.
POINT = 1.1 + 0.2
KEY = 0.28
MIND = 1.35
# Brysbaert, "How many words do we read per minute?", 2019: 238 words, silently.
WORD = 60 / 238


@dataclass
class Effort:
    """What somebody had to do so far. ``words`` are those read: what stands on a page
    again is not read again."""

    clicks: int = 0
    keys: int = 0
    pages: int = 0
    words: int = 0
    known: set[str] = field(default_factory=set)

    @property
    def seconds(self) -> float:
        """How long that takes a person who reads every page from top to bottom."""
        acting = self.clicks * (POINT + MIND) + self.keys * KEY
        return acting + self.words * WORD


class Newcomer:
    """A person at a page. Each step is counted, and a picture of it can be taken.

    ``take(page, name)`` keeps a picture. Fields are filled in by tabbing from the one
    before (a key), as long as no other one lies between that the person had to click.
    """

    def __init__(
        self, page: Page, effort: Effort, take: Callable[[Page, str], Path]
    ) -> None:
        self.page = page
        self.effort = effort
        self._take = take

    def opens(self, path: str) -> None:
        """Type an address, or come by a bookmark."""
        self.page.goto(path)
        self.reads()

    def reads(self) -> None:
        """Read a page from top to bottom, but for what they have read before."""
        lines = set(self.page.locator("main").inner_text().splitlines())
        self.effort.pages += 1
        self.effort.words += sum(
            len(line.split()) for line in lines - self.effort.known
        )
        self.effort.known |= lines

    def clicks(self, found: Locator, *, leads_on: bool = False) -> None:
        """Click something; where it ``leads_on``, read the page that comes."""
        self.effort.clicks += 1
        if leads_on:
            with self.page.expect_navigation():
                found.click()
            self.reads()
        else:
            found.click()

    def types(self, name: str, text: str, *, tabs: int = 1) -> None:
        """Fill in a field that is reached by so many tabs; 0 where one is in it."""
        self.effort.keys += tabs + len(text)
        self.page.fill(f"main [name={name}], form [name={name}]", text)

    def pastes(self, name: str, text: str) -> None:
        """Paste a text into a field that they clicked."""
        self.effort.clicks += 1
        self.effort.keys += 2
        self.page.fill(f"main [name={name}]", text)

    def chooses(self, name: str, label: str) -> None:
        """Choose from a list: one click opens it, one chooses."""
        self.effort.clicks += 2
        self.page.select_option(f"main [name={name}]", label=label)

    def takes(self, name: str) -> None:
        """Keep a picture of what they see; axe finds nothing wrong with it."""
        self._take(self.page, name)
        assert complaints(self.page) == [], name
