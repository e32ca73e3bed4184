"""Real softphones call each other; the log and Chromium tell what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.softphones import Softphone
from tests.support import services
from tests.support.server import DEMO_PASSWORD, Server, copy_template

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.softphone, pytest.mark.browser, pytest.mark.slow]

OUTSIDE = "+491711234567"
RINGS_FOR = 12
PEOPLE = f"""
from crmplus.accounts.models import User
from crmplus.records.models import Contact
for name, last in (("anna", "Albers"), ("ben", "Brandt"), ("karin", "Kern")):
    User.objects.create_user(
        name, password="{DEMO_PASSWORD}", first_name=name.title(), last_name=last
    )
Contact.objects.create(first_name="Erika", last_name="Muster", mobile="0171 1234567")
"""
Pages = Callable[..., "Page"]
Screens = Callable[..., "Screen"]
Screenshot = Callable[..., Path]


@dataclass(frozen=True)
class Office:
    """A running product, with the phones of two of its three users and one outside."""

    server: Server
    anna: Softphone
    ben: Softphone
    outside: Softphone

    def log_page(self, status: str = "") -> list[dict[str, Any]]:
        """The newest calls, as the API gives them to a supervisor."""

    def logs(self) -> str:
        phones = (self.anna, self.ben, self.outside)
        return "\n".join([self.server.log(), *(phone.logs() for phone in phones)])


@pytest.fixture(scope="module")
def office(
    baresip: str, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with ExitStack() as stack:
        server = Server(copy_template(migrated_sqlite, folder / "data"), {}).start()
        stack.callback(server.stop)
        server.manage("shell", "--verbosity=0", "-c", PEOPLE)
        anna = Softphone(baresip, folder / "anna", "201", "Anna")
        ben = Softphone(baresip, folder / "ben", "202", "Ben", RINGS_FOR)
        outside = Softphone(baresip, folder / "outside", OUTSIDE)
        for phone in (anna, ben, outside):
            stack.callback(phone.stop)
            phone.start()
        for phone, name in ((anna, "anna"), (ben, "ben")):
            command = ("softphone_key", "create", "--user", name)
            key = server.manage(*command, "--extension", phone.user)
            phone.report_to(server.url, key)
        yield Office(server, anna, ben, outside)


@pytest.fixture(autouse=True)
def logs_of_what_failed(request: pytest.FixtureRequest, office: Office) -> Iterator[None]:
    """Where a test fails, what the phones and the server wrote is shown."""
    yield
    request.node.add_report_section("call", "phones and server", office.logs())


@dataclass(frozen=True)
class Screen:
    """A signed-in user's page with the cards on it, the newest first."""

    page: Page

    def shows(self, state: str, *texts: str) -> Locator:
        """Wait for the newest card to be in a state and to hold these texts."""
        card = self.page.locator(
            f"#popup-stack .popup:first-child[data-state={state}]"
        )
        for text in texts:
            card = card.filter(has_text=text)
        card.wait_for()
        return card

    def cards(self) -> int:
        return self.page.locator("#popup-stack .popup").count()


@pytest.fixture
def screen(office: Office, page: Pages) -> Callable[..., Screen]:
    """Signs in and waits for the live channel."""

    def sign_in(name: str, **options: Any) -> Screen:
        opened = page(office.server, name, **options)
        online = opened.locator("#live-state[data-state=online]")
        online.wait_for(state="attached")
        return Screen(opened)

    return sign_in


INTERNAL = {"direction": "internal", "extension": "201", "party": "202", "user": "anna"}


def legs(anna: str, ben: str) -> dict[str, list[str]]:
    """How the caller's and the called one's part turned out."""
    return {"201": ["outbound", anna], "202": ["inbound", ben]}


def test_an_internal_call_pops_up_at_both_ends_and_nowhere_else(
    office: Office, screen: Screens, screenshot: Screenshot
) -> None:
    before = office.calls()
    anna, ben, karin = screen("anna"), screen("ben"), screen("karin")
    office.anna.dial(office.ben)
    ben.shows("ringing", "Internal call", "Anna Albers", "201")
    anna.shows("ringing", "Internal call", "Ben Brandt", "202")
    screenshot(ben.page, "baresip-called-ringing")
    screenshot(anna.page, "baresip-caller-ringing")
    office.ben.accept()
    anna.shows("connected", "Ben Brandt")
    ben.shows("connected", "Anna Albers", "0:02")
    screenshot(ben.page, "baresip-called-connected")
    office.anna.hang_up()
    anna.shows("ended", "Ben Brandt")
    ben.shows("ended", "Anna Albers")
    screenshot(ben.page, "baresip-called-ended")
    screenshot(anna.page, "baresip-caller-ended")
    assert (anna.cards(), ben.cards(), karin.cards()) == (1, 1, 0)
    call = office.newest(before + 1)
    assert call.items() >= {**INTERNAL, "status": "ended", "reports": 2}.items()
    assert call["legs"] == legs("answered", "answered")
    assert call["wait"] < 60
    assert 2 <= call["duration"] < 60


def test_an_outside_caller_is_shown_with_the_contact_and_is_missed(
    office: Office, screen: Screens, screenshot: Screenshot
) -> None:
    before = office.calls()
    anna, ben = screen("anna", color_scheme="dark", locale="de-DE"), screen("ben")
    office.outside.dial(office.anna)
    card = anna.shows("ringing", "Erika Muster", "+49 171 1234567")
    screenshot(anna.page, "baresip-outside-ringing-dark")
    office.outside.hang_up()
    anna.shows("missed", "Erika Muster")
    screenshot(anna.page, "baresip-outside-missed-dark")
    assert card.get_by_role("link", name="Erika Muster").count() <= 1
    assert "Erika" not in ben.page.locator("#popup-stack").inner_text()
    call = office.newest(before + 1)
    assert (call["direction"], call["status"]) == ("inbound", "missed")
    assert (call["extension"], call["party"]) == ("201", OUTSIDE)
    assert call["duration"] == 0
    assert call["legs"] == {"201": ["inbound", "missed"]}


def test_answered_and_hung_up_by_the_called_one(office: Office) -> None:
    before = office.calls()
    office.anna.dial(office.ben)
    office.newest(before + 1, "ringing", reports=2)
    office.ben.accept()
    office.newest(before + 1, "connected")
    office.ben.hang_up()
    call = office.newest(before + 1, "ended")
    assert call.items() >= INTERNAL.items()
    assert call["legs"] == legs("answered", "answered")
    assert call["duration"] is not None


def test_rejected_by_the_called_one(office: Office) -> None:
    before = office.calls()
    office.anna.dial(office.ben)
    office.newest(before + 1, "ringing", reports=2)
    office.ben.hang_up()
    call = office.newest(before + 1, "missed")
    assert call.items() >= {**INTERNAL, "duration": 0}.items()
    assert call["legs"] == legs("rejected", "rejected")


def test_cancelled_by_the_caller(office: Office) -> None:
    before = office.calls()
    office.anna.dial(office.ben)
    office.newest(before + 1, "ringing", reports=2)
    office.anna.hang_up()
    call = office.newest(before + 1, "missed")
    assert call.items() >= {**INTERNAL, "duration": 0}.items()
    assert call["legs"] == legs("cancelled", "missed")


def test_missed_since_nobody_is_there(office: Office) -> None:
    before = office.calls()
    office.anna.dial(office.ben)
    call = office.newest(before + 1, "missed")
    assert call.items() >= {**INTERNAL, "duration": 0}.items()
    assert call["wait"] >= RINGS_FOR - 1
    assert call["legs"]["202"] == ["inbound", "missed"]
    assert call["legs"]["201"] == ["outbound", "not_reached"]


def test_a_number_that_nobody_has(office: Office) -> None:
    before = office.calls()
    office.anna.dial(office.ben, user="299")
    call = office.newest(before + 1, "not_reached")
    assert (call["direction"], call["party"]) == ("outbound", "299")
    assert (call["duration"], call["reports"]) == (0, 1)
