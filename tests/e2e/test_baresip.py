"""Real softphones call each other; the log and Chromium tell what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from pbxmanager.legs import JITTER
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
for name, last, role in (
    ("anna", "Albers", "agent"),
    ("ben", "Brandt", "agent"),
    ("karin", "Kern", "supervisor"),
):
    User.objects.create_user(
        name,
        password="{DEMO_PASSWORD}",
        first_name=name.title(),
        last_name=last,
        role=role,
    )
Contact.objects.create(first_name="Erika", last_name="Muster", mobile="0171 1234567")
"""
Pages = Callable[..., "Page"]
Screens = Callable[..., "Screen"]
Screenshot = Callable[..., Path]


class LoggedCall(dict[str, Any]):
    """A call as the API gives it."""

    def is_at(self, status: str, reports: int) -> bool:
        """Whether it has this status and so many phones told of it, all its end."""
        told = len(self["reports"]) == reports
        # Once one phone told the end, the other's is missing ("lost") till it comes.
        running = [leg["outcome"] in {"", "lost"} for leg in self["legs"]]
        over = status not in {"ringing", "connected"}
        return self["status"] == status and told and not (over and any(running))

    def outcomes(self) -> dict[str, str]:
        return {leg["extension"]: leg["outcome"] for leg in self["legs"]}


@dataclass(frozen=True)
class Office:
    """A running product, with the phones of two of its three users and one outside."""

    server: Server
    token: str
    anna: Softphone
    ben: Softphone
    outside: Softphone

    def log(self) -> list[dict[str, Any]]:
        """All calls, the newest first, as the API gives them to an administrator."""
        request = Request(f"{self.server.url}/api/calls/")
        request.add_header("Authorization", f"Token {self.token}")
        with urlopen(request, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["results"]
        return found

    def calls_so_far(self) -> int:
        """How many calls there are, once the newest began long enough ago:
        two calls of the same people within 2 s can be one, told by two phones."""

        def is_quiet() -> bool:
            began = [datetime.fromisoformat(call["started_at"]) for call in self.log()]
            return not began or datetime.now(UTC) - began[0] > JITTER

        services.wait_until(is_quiet, "The log is not quiet", 10)
        return len(self.log())

    def one_more_than(self, before: int, status: str, reports: int = 2) -> LoggedCall:
        """Wait for exactly one more call in the log, in a status and told by so many
        phones; gives it."""
        found: list[LoggedCall] = []

        def is_there() -> bool:
            log = self.log()
            if len(log) == before + 1:
                found[:] = [LoggedCall(log[0])]
            return bool(found) and found[0].is_at(status, reports)

        services.wait_until(is_there, f"The call was not {status}", 40)
        return found[0]

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
        token = server.manage("api_token", "create", "--user", "karin").strip()
        yield Office(server, token, anna, ben, outside)


@pytest.fixture(autouse=True)
def logs_of_what_failed(
    request: pytest.FixtureRequest, office: Office
) -> Iterator[None]:
    """Where a test fails, what the phones and the server wrote is shown."""
    yield
    request.node.add_report_section("teardown", "phones and server", office.logs())


@dataclass(frozen=True)
class Screen:
    """A signed-in user's page with the cards on it, the newest first."""

    page: Page

    def shows(self, state: str, *texts: str) -> Locator:
        """Wait for the newest card to be in a state and to hold these texts."""
        card = self.page.locator(f"#popup-stack .popup:first-child[data-state={state}]")
        for text in texts:
            card = card.filter(has_text=text)
        card.wait_for()
        return card

    def cards(self, having: str = "") -> int:
        return self.page.locator(f"#popup-stack .popup{having}").count()


@pytest.fixture
def screen(office: Office, page: Pages) -> Callable[..., Screen]:
    """Signs in and waits for the live channel."""

    def sign_in(name: str, **options: Any) -> Screen:
        opened = page(office.server, name, **options)
        online = opened.locator("#live-state[data-state=online]")
        online.wait_for(state="attached")
        return Screen(opened)

    return sign_in


def check_internal(call: LoggedCall, *, caller: str, called: str) -> None:
    """An internal call is told from the caller's side, with both parts' outcomes."""
    about = (call["direction"], call["user"], call["extension"], call["number"])
    assert about == ("internal", "anna", "201", "202")
    assert call.outcomes() == {"201": caller, "202": called}


def test_an_internal_call_pops_up_at_both_ends_and_nowhere_else(
    office: Office, screen: Screens, screenshot: Screenshot
) -> None:
    before = office.calls_so_far()
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
    call = office.one_more_than(before, "ended")
    own = f"[data-key='{call['id']}']"
    assert (anna.cards(own), ben.cards(own), karin.cards()) == (1, 1, 0)
    assert anna.cards("[data-state=ringing]") + ben.cards("[data-state=ringing]") == 0
    check_internal(call, caller="answered", called="answered")
    assert 2 <= call["duration"] < 60
    assert call["wait"] < 60


def test_an_outside_caller_is_shown_with_the_contact_and_is_missed(
    office: Office, screen: Screens, screenshot: Screenshot
) -> None:
    before = office.calls_so_far()
    anna, ben = screen("anna", color_scheme="dark"), screen("ben")
    office.outside.dial(office.anna)
    anna.shows("ringing", "Inbound call", "Erika Muster", "+49 171 1234567")
    screenshot(anna.page, "baresip-outside-ringing-dark")
    office.outside.hang_up()
    anna.shows("missed", "Erika Muster")
    screenshot(anna.page, "baresip-outside-missed-dark")
    assert ben.page.get_by_text("Erika Muster").count() == 0
    call = office.one_more_than(before, "missed", reports=1)
    about = (call["direction"], call["user"], call["extension"], call["e164"])
    assert about == ("inbound", "anna", "201", OUTSIDE)
    assert call.outcomes() == {"201": "missed"}
    assert call["duration"] == 0


def test_answered_and_hung_up_by_the_called_one(office: Office) -> None:
    before = office.calls_so_far()
    office.anna.dial(office.ben)
    office.one_more_than(before, "ringing")
    office.ben.accept()
    office.one_more_than(before, "connected")
    office.ben.hang_up()
    call = office.one_more_than(before, "ended")
    check_internal(call, caller="answered", called="answered")
    assert call["connected_at"] <= call["ended_at"]


def test_rejected_by_the_called_one(office: Office) -> None:
    before = office.calls_so_far()
    office.anna.dial(office.ben)
    office.one_more_than(before, "ringing")
    office.ben.reject()
    call = office.one_more_than(before, "missed")
    check_internal(call, caller="rejected", called="rejected")
    assert call["duration"] == 0


def test_cancelled_by_the_caller(office: Office) -> None:
    before = office.calls_so_far()
    office.anna.dial(office.ben)
    office.one_more_than(before, "ringing")
    office.anna.hang_up()
    call = office.one_more_than(before, "missed")
    check_internal(call, caller="cancelled", called="missed")
    assert call["duration"] == 0


def test_missed_since_nobody_is_there(office: Office) -> None:
    before = office.calls_so_far()
    office.anna.dial(office.ben)
    call = office.one_more_than(before, "missed")
    # baresip answers 486 once it has rung for too long, which to the caller is busy.
    check_internal(call, caller="busy", called="missed")
    assert call["wait"] >= RINGS_FOR - 1
    assert call["duration"] == 0


def test_what_happens_while_the_server_is_away_is_told_later(office: Office) -> None:
    before = office.calls_so_far()
    office.anna.dial(office.ben)
    office.one_more_than(before, "ringing")
    office.ben.accept()
    office.one_more_than(before, "connected")
    office.server.kill()
    office.ben.hang_up()
    office.anna.waits_to_send()
    away = datetime.now(UTC)
    office.server.start()
    call = office.one_more_than(before, "ended")
    check_internal(call, caller="answered", called="answered")
    assert datetime.fromisoformat(call["ended_at"]) < away
