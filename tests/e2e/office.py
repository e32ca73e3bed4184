"""A running installation with people and records, phones that report, and tabs."""

from __future__ import annotations

import itertools
import json
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.support.server import DEMO_PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

AGENTS = 40
FIRST_EXTENSION = 301
# Two people share a number, and a company has a head number with people behind it.
JULIA, SHARED, HEAD = "+493023125101", "+493023125102", "+49305550"
BEHIND_HEAD = "+49305550417"
MAKE_PEOPLE = f"""
from django.contrib.auth.hashers import make_password
from crmplus.accounts.models import User
from crmplus.records.models import Contact, Lead, Organisation
from pbxmanager.models import Extension
password = make_password({DEMO_PASSWORD!r})
User.objects.create(username="karin", role="admin", password=password)
for number in range({AGENTS}):
    user = User.objects.create(
        username=f"agent{{number}}", first_name="Agent", last_name=f"No. {{number}}",
        password=password,
    )
    Extension.objects.create(number=str({FIRST_EXTENSION} + number), user=user)
muster = Organisation.objects.create(name="Muster GmbH", phone="{HEAD[:-1]}-0")
Contact.objects.create(
    first_name="Julia", last_name="Berg", mobile={JULIA!r}, organisation=muster
)
Contact.objects.create(first_name="Max", last_name="Weber", phone={SHARED!r})
Lead.objects.create(first_name="Eva", last_name="Lang", phone={SHARED!r})
Contact.objects.create(first_name="Paula", last_name="Nowak")
"""


@dataclass(frozen=True)
class Agent:
    """An agent whom no other test uses."""

    name: str
    extension: str
    number: int


@dataclass
class Call:
    """A call as a phone reports it."""

    office: Office
    extension: str
    number: str
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    direction: str = "inbound"

    def tell(self, event: str, **more: str) -> None:
        """Report an event, and see it accepted."""
        request = urllib.request.Request(self.address(event, **more))
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204

    def address(self, event: str, **more: str) -> str:
        """The URL that the phone calls."""
        query = {
            "extension": self.extension,
            "number": self.number,
            "call_id": self.call_id,
            "direction": self.direction,
            **more,
        }
        path = f"/softphone/{self.office.key}/{event}"
        return f"{self.office.server.url}{path}?{urllib.parse.urlencode(query)}"


class Office:
    """An installation with 40 agents, some records and a PBX that reports."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._agents: Iterator[int] = itertools.count()
        self._numbers: Iterator[int] = itertools.count()

    def furnish(self) -> Office:
        """Make people and records."""
        self.server.manage("shell", "--verbosity=0", "-c", MAKE_PEOPLE)
        self.key = self.server.manage("softphone_key", "create", "--pbx", "PBX").strip()
        return self

    def agent(self) -> Agent:
        """The next agent."""
        number = next(self._agents)
        return Agent(f"agent{number}", str(FIRST_EXTENSION + number), number)

    def stranger(self) -> str:
        """A number that nobody has."""
        return f"+4940{7000000 + next(self._numbers)}"

    def call(self, agent: Agent, number: str | None = None, **more: Any) -> Call:
        """A call of an agent's that is not reported yet."""
        caller = self.stranger() if number is None else number
        return Call(self, agent.extension, caller, **more)

    def rings(self, agent: Agent, number: str | None = None, **more: Any) -> Call:
        """A call that rings at an agent's."""
        call = self.call(agent, number, **more)
        call.tell("ringing")
        return call

    def ask(self, code: str, before: str = "") -> Any:
        """What a Python expression gives in the installation, through JSON.

        ``before`` are lines of Python, such as imports.
        """
        text = (
            f"import json\nfrom pbxmanager.models import *\n{before}\n"
            f"print(json.dumps({code}))"
        )
        return json.loads(self.server.manage("shell", "--verbosity=0", "-c", text))


def online(tab: Page) -> Page:
    """Wait until a tab is connected to the live channel."""
    tab.wait_for_selector(
        "#live-state[data-state=online]", timeout=30_000, state="attached"
    )
    return tab


def second_tab(tab: Page, path: str = "/") -> Page:
    """One more tab of the same browser."""
    opened = tab.context.new_page()
    opened.goto(path)
    return online(opened)


def cards(tab: Page, words: str = "") -> Locator:
    """The popups of a tab (with these words)."""
    return tab.locator("#popup-stack .popup", has_text=words or None)


def card(tab: Page, words: str = "", state: str = "") -> Locator:
    """The popup of a tab, once it is there (with these words, in this state)."""
    named = f"[data-state={state}]" if state else ""
    found = tab.locator(f"#popup-stack .popup{named}", has_text=words or None).first
    found.wait_for(state="visible")
    return found


def type_note(where: Locator, text: str) -> None:
    """Type a comment into a card and wait until it is saved."""
    where.locator("textarea").press_sequentially(text)
    saved = where.locator(".popup-saved")
    expect(saved).to_have_text(saved.get_attribute("data-saved") or "")
