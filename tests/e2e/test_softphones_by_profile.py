"""Twinkle and baresip, set up only by what their pages say, call each other."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from crmplus.conf import BASE_DIR
from pbxmanager.legs import JITTER
from tests.e2e.by_page import Told, addresses_for, obey, told_by
from tests.e2e.office import card, online
from tests.e2e.softphones import Softphone
from tests.e2e.twinkles import Twinkle
from tests.support import services
from tests.support.fixtures import sign_in
from tests.support.server import DEMO_PASSWORD, Server, copy_template

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.softphone, pytest.mark.browser, pytest.mark.slow]

OUTSIDE = "+491711234567"
CTRL = "127.0.0.1:4444"
PEOPLE = f"""
from crmplus.accounts.models import User
from crmplus.records.models import Contact
for name, last, role in (
    ("anna", "Albers", "agent"), ("ben", "Brandt", "agent"), ("karin", "Kern", "admin")
):
    User.objects.create_user(
        name, password="{DEMO_PASSWORD}", first_name=name.title(), last_name=last,
        role=role,
    )
Contact.objects.create(first_name="Erika", last_name="Muster", mobile="0171 1234567")
"""


@dataclass(frozen=True)
class Desks:
    """A server, Anna's Twinkle, Ben's baresip, and a baresip of an outside caller."""

    server: Server
    token: str
    anna: Twinkle
    ben: Softphone
    outside: Softphone

    def log(self) -> list[dict[str, Any]]:
        """All calls, the newest first, as the API gives them."""
        request = Request(f"{self.server.url}/api/calls/")
        request.add_header("Authorization", f"Token {self.token}")
        with urlopen(request, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["results"]
        return found

    def so_far(self) -> int:
        """How many calls there are, once the last is too long ago to be joined."""

        def is_quiet() -> bool:
            began = [datetime.fromisoformat(call["started_at"]) for call in self.log()]
            return not began or datetime.now(UTC) - began[0] > JITTER

        services.wait_until(is_quiet, "The log is not quiet", 10)
        return len(self.log())

    def next_one(self, before: int, status: str, reports: int = 2) -> dict[str, Any]:
        """Wait for exactly one more call: in a status, told by so many phones."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            found[:] = self.log()
            if len(found) != before + 1:
                return False
            legs = {leg["outcome"] for leg in found[0]["legs"]}
            over = status not in {"ringing", "connected"}
            told = found[0]["status"] == status and len(found[0]["reports"]) == reports
            return told and not (over and legs & {"", "lost"})

        services.wait_until(is_there, f"The call was not {status}", 40)
        return found[0]

    def logs(self) -> str:
        phones = (self.anna, self.ben, self.outside)
        return "\n".join([self.server.log(), *(phone.logs() for phone in phones)])


def baresip_by(told: Told, phone: Softphone, server: Server) -> list[str]:
    """Ben's baresip with the lines that its page adds; gives the bridge's command.

    The port is another one, so that two runs on one machine do not meet.
    """
    lines = phone.folder.joinpath("config").read_text().splitlines()
    own = [line for line in lines if "ctrl_tcp" not in line]
    phone.folder.joinpath("config").write_text("\n".join([*own, ""]))
    assert CTRL in told.add["config"]
    told.add["config"] = told.add["config"].replace(CTRL, f"127.0.0.1:{phone.ctrl}")
    obey(told)
    assert server.url in told.run["bridge"]
    python, *command = shlex.split(told.run["bridge"])
    assert python == ".venv/bin/python"
    return [sys.executable, *command, "--ctrl", f"127.0.0.1:{phone.ctrl}"]


@pytest.fixture(scope="module")
def desks(
    baresip: str,
    twinkle: str,
    browser: Browser,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desks]:
    folder = tmp_path_factory.mktemp("desks")
    with ExitStack() as stack:
        server = Server(copy_template(migrated_sqlite, folder / "data"), {}).start()
        stack.callback(server.stop)
        server.manage("shell", "--verbosity=0", "-c", PEOPLE)

        def page_of(name: str, extension: str, client: str, home: Path) -> Told:
            context = browser.new_context(base_url=server.url, locale="en-GB")
            stack.callback(context.close)
            tab = context.new_page()
            sign_in(tab, name)
            addresses_for(tab, extension, client)
            return told_by(tab, home)

        anna = Twinkle(twinkle, folder / "anna", "201", "Anna Albers")
        stack.callback(anna.stop)
        obey(page_of("anna", "201", "Twinkle", anna.home))
        anna.start()
        (folder / "ben").mkdir()
        ben = Softphone(baresip, folder / "ben" / ".baresip", "202", "Ben")
        stack.callback(ben.stop)
        told = page_of("ben", "202", "baresip", folder / "ben")
        command = baresip_by(told, ben, server)
        ben.start()
        log = folder / "bridge.log"
        bridge = services.start(command, log, cwd=BASE_DIR, env=server.environ)
        stack.callback(services.stop, bridge)
        services.wait_until(lambda: "Connected to" in log.read_text(), "No bridge")
        outside = Softphone(baresip, folder / "outside", OUTSIDE)
        stack.callback(outside.stop)
        outside.start()
        token = server.manage("api_token", "create", "--user", "karin").strip()
        yield Desks(server, token, anna, ben, outside)


@pytest.fixture(autouse=True)
def each_on_its_own(request: pytest.FixtureRequest, desks: Desks) -> Iterator[None]:
    """No test meets the calls of another one, whatever became of that; where one fails,
    what the phones and the server wrote is shown."""
    yield
    request.node.add_report_section("teardown", "phones and server", desks.logs())
    desks.ben.hang_up()
    desks.outside.hang_up()
    desks.anna.restart()


def outcomes(call: dict[str, Any]) -> dict[str, str]:
    return {leg["extension"]: leg["outcome"] for leg in call["legs"]}


def check_internal(call: dict[str, Any], legs: dict[str, str]) -> None:
    caller, called = ("201", "202") if call["user"] == "anna" else ("202", "201")
    about = (call["direction"], call["extension"], call["number"])
    assert about == ("internal", caller, called)
    assert outcomes(call) == legs


def test_the_key_is_for_nobody_else(desks: Desks) -> None:
    script = desks.anna.home / ".twinkle" / "crm-event.sh"
    key = desks.ben.folder / "softphone-key"
    assert script.stat().st_mode & 0o777 == 0o700
    assert key.stat().st_mode & 0o777 == 0o600


def test_an_outside_caller_is_shown_to_whoever_has_twinkle(
    desks: Desks, page: Callable[..., Page], screenshot: Callable[..., Path]
) -> None:
    before = desks.so_far()
    tab = online(page(desks.server, "anna"))
    desks.outside.dial(desks.anna)
    shown = card(tab, "Erika Muster", "ringing")
    assert "+49 171 1234567" in shown.inner_text()
    assert "Inbound call" in shown.inner_text()
    screenshot(tab, "twinkle-ringing")
    desks.anna.accept()
    card(tab, "Erika Muster", "connected")
    desks.outside.talks()
    desks.outside.hang_up()
    card(tab, "Erika Muster", "ended")
    call = desks.next_one(before, "ended", reports=1)
    about = (call["direction"], call["user"], call["extension"], call["e164"])
    assert about == ("inbound", "anna", "201", OUTSIDE)
    assert outcomes(call) == {"201": "answered"}


def test_a_caller_who_gives_up_is_missed(
    desks: Desks, page: Callable[..., Page]
) -> None:
    before = desks.so_far()
    tab = online(page(desks.server, "anna"))
    desks.outside.dial(desks.anna)
    card(tab, "Erika Muster", "ringing")
    desks.outside.hang_up()
    card(tab, "Erika Muster", "missed")
    call = desks.next_one(before, "missed", reports=1)
    assert (call["direction"], call["e164"]) == ("inbound", OUTSIDE)
    assert (outcomes(call), call["duration"]) == ({"201": "missed"}, 0)


def test_a_call_that_is_rejected_at_twinkle(desks: Desks) -> None:
    before = desks.so_far()
    desks.outside.dial(desks.anna)
    desks.next_one(before, "ringing", reports=1)
    desks.anna.reject()
    call = desks.next_one(before, "missed", reports=1)
    assert outcomes(call) == {"201": "rejected"}


def test_whoever_was_called_at_twinkle_hangs_up(desks: Desks) -> None:
    before = desks.so_far()
    desks.outside.dial(desks.anna)
    desks.next_one(before, "ringing", reports=1)
    desks.anna.accept()
    desks.next_one(before, "connected", reports=1)
    desks.anna.hang_up()
    call = desks.next_one(before, "ended", reports=1)
    assert (call["direction"], call["e164"]) == ("inbound", OUTSIDE)
    assert outcomes(call) == {"201": "answered"}


def test_twinkle_calls_somebody_outside_who_answers(desks: Desks) -> None:
    before = desks.so_far()
    desks.anna.dial(desks.outside)
    desks.next_one(before, "ringing", reports=1)
    desks.outside.accept()
    desks.next_one(before, "connected", reports=1)
    desks.outside.hang_up()
    call = desks.next_one(before, "ended", reports=1)
    about = (call["direction"], call["user"], call["extension"], call["e164"])
    assert about == ("outbound", "anna", "201", OUTSIDE)
    assert outcomes(call) == {"201": "answered"}


def test_twinkle_calls_somebody_outside_who_is_busy(desks: Desks) -> None:
    before = desks.so_far()
    desks.anna.dial(desks.outside)
    desks.next_one(before, "ringing", reports=1)
    desks.outside.reject()
    call = desks.next_one(before, "not_reached", reports=1)
    assert (call["direction"], call["e164"]) == ("outbound", OUTSIDE)
    assert outcomes(call)["201"] in {"busy", "rejected"}


def test_colleagues_with_twinkle_and_baresip_see_each_other(
    desks: Desks, page: Callable[..., Page]
) -> None:
    before = desks.so_far()
    anna = online(page(desks.server, "anna"))
    ben = online(page(desks.server, "ben"))
    desks.anna.dial(desks.ben)
    card(ben, "Anna Albers", "ringing")
    card(anna, "Ben Brandt", "ringing")
    desks.ben.accept()
    card(anna, "Ben Brandt", "connected")
    desks.anna.hang_up()
    card(ben, "Anna Albers", "ended")
    call = desks.next_one(before, "ended")
    check_internal(call, {"201": "answered", "202": "answered"})


def test_baresip_calls_twinkle_and_gives_up(desks: Desks) -> None:
    before = desks.so_far()
    desks.ben.dial(desks.anna)
    desks.next_one(before, "ringing")
    desks.ben.hang_up()
    call = desks.next_one(before, "missed")
    check_internal(call, {"202": "cancelled", "201": "missed"})
