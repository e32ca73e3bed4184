"""An office for a day: two agents, a supervisor, an admin, and those who call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.e2e.looking import take
from tests.e2e.office import Agent, Call, Office, card, online
from tests.support.server import DEMO_PASSWORD, Server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TWENTY: Final = 20
# Milliseconds in which what a page asks for after it was loaded has come.
SETTLED: Final = 300
# The browser would ask which program dials, and take no click meanwhile.
NO_PHONE: Final = """
navigation.addEventListener("navigate", (event) => {
  if (!event.destination.url.startsWith("http")) event.preventDefault();
});
"""
ANNA, BEN = Agent("anna", "201", 0), Agent("ben", "202", 1)
JULIA, PAULA, SHARED = "+493023125101", "+4989555710", "+493023125102"
BEHIND_HEAD, SELLER = "+49305550417", "+4940999888"
MAKE = f"""
from django.contrib.auth.hashers import make_password
from crmplus.accounts.models import Team, User
from crmplus.records.models import Contact, Lead, Organisation
from crmplus.tickets.services import create_ticket
from pbxmanager.models import Extension
password = make_password({DEMO_PASSWORD!r})
sales = Team.objects.create(name="Sales")
def user(name, first, last, role, *numbers):
    made = User.objects.create(
        username=name, first_name=first, last_name=last, role=role, team=sales,
        password=password, email=name + "@example.com",
    )
    for number in numbers:
        Extension.objects.create(number=number, user=made)
    return made
anna = user("anna", "Anna", "Berger", "agent", "201", "221")
user("ben", "Ben", "Nowak", "agent", "202")
user("karin", "Karin", "Heiden", "supervisor", "203")
user("monika", "Monika", "Kern", "admin")
muster = Organisation.objects.create(
    name="Muster GmbH", phone="+49305550-0", city="Berlin", owner=anna
)
julia = Contact.objects.create(
    first_name="Julia", last_name="Berg", position="Buyer", mobile={JULIA!r},
    email="julia.berg@muster.example", organisation=muster, owner=anna, city="Berlin",
)
Contact.objects.create(
    first_name="Paula", last_name="Wagner", phone={PAULA!r}, organisation=muster
)
Contact.objects.create(first_name="Max", last_name="Weber", phone={SHARED!r})
Lead.objects.create(
    first_name="Eva", last_name="Lang", phone={SHARED!r}, company="Lang & Sons"
)
create_ticket(
    anna, "Delivery is late", target=("contacts", julia.pk), owner=anna
)
"""


@dataclass
class Day:
    """The office while it works; ``differing`` collects pages that look otherwise."""

    office: Office
    language: str
    open_page: Callable[..., Page]
    differing: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, server: Server, locale: str, page: Callable[..., Page]) -> Day:
        """Furnish the office of a running server."""
        office = Office(server)
        server.manage("shell", "--verbosity=0", "-c", MAKE)
        office.key = server.manage("softphone_key", "create", "--pbx", "PBX").strip()

        def open_page(name: str, path: str = "/") -> Page:
            tab = page(server, name, locale=locale)
            tab.context.add_init_script(NO_PHONE)
            tab.goto(path)
            return online(tab)

        return cls(office, locale[:2], open_page)

    def rings(self, agent: Agent, number: str, **more: str) -> Call:
        """A phone reports that somebody calls."""
        return self.office.rings(agent, number, **more)

    def talks(self, agent: Agent, number: str, **more: str) -> Call:
        """Somebody calls and is answered."""
        call = self.rings(agent, number, **more)
        call.tell("connected")
        return call

    def looks(self, tab: Page, name: str) -> None:
        """Take a picture of a page, as all of it is there and nothing moves."""
        tab.wait_for_load_state("load")
        tab.wait_for_timeout(SETTLED)
        if fault := take(tab, self.language, name):
            self.differing.append(fault)


def popup(tab: Page, words: str, state: str = "") -> Locator:
    """A card, by the name that it shows."""
    return card(tab, words, state)


def tidy(tab: Page) -> None:
    """Close all cards, as one does who has read them."""
    online(tab).wait_for_timeout(SETTLED)
    buttons = tab.locator("#popup-stack [data-popup=close]")
    while buttons.count():
        buttons.first.click()
