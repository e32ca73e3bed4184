"""Every client's addresses, filled in as that client does, become the right call."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.core.management import get_commands

from pbxmanager.endpoint_spec import DEFAULT_SET, Role
from pbxmanager.events import Direction, EventKind
from pbxmanager.models import Call, Event, Extension
from softphone_connector import keys
from softphone_connector.adapters.registry import adapter_of
from softphone_connector.dial_templates import render
from softphone_connector.profiles import (
    How,
    Profile,
    Quirk,
    profiles,
    ready_files,
    ready_urls,
)
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.endpoints.sending import BROWSER, send
from tests.softphone_connector.profiles.clients import (
    CLIENTS,
    CUSTOMER,
    Adapter,
    Bridge,
    Dials,
    Filling,
    Script,
    Unconnected,
)

pytestmark = pytest.mark.thorough
BASE = "https://crm.example.com"
SecretOf = Callable[[Profile], str]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
IN, OUT = Direction.INBOUND, Direction.OUTBOUND
RINGING, CONNECTED = EventKind.RINGING, EventKind.CONNECTED
ENDED, MISSED = EventKind.ENDED, EventKind.MISSED
# When each event of a call comes, in seconds.
SECONDS = {RINGING: 0, CONNECTED: 5, ENDED: 100, MISSED: 101}


def keys_of(kind: type) -> list[str]:
    return [key for key, client in CLIENTS.items() if type(client) is kind]


def test_every_profile_has_an_entry() -> None:
    assert set(CLIENTS) == set(profiles())


@pytest.fixture
def secret_of(people: Cast) -> SecretOf:
    """Makes a key of Anna's only extension, as her client's profile wants it."""

    def make(profile: Profile) -> str:
        line = Extension.objects.get(number="201")
        return keys.create(user=people.anna, extension=line, profile=profile.key)[1]

    return make


def filled(
    profile: Profile, client: Filling, query: str, event: EventKind, call: str
) -> str:
    """A query with the client's values in the place of its variables."""
    values = {
        variable: client.value(role, is_end=event.is_end)
        for role, variable in profile.variables.items()
    }
    for variable in sorted(values, key=len, reverse=True):
        value = values[variable]
        if variable == profile.variables.get(Role.CALL_ID) and value:
            value += call
        if value is not None:
            query = query.replace(f"={variable}", f"={client.encode(value)}")
    return query


def without_talk(client: Filling) -> Filling:
    """The same client at the end of a call that nobody answered."""
    return replace(client, values={**client.values, Role.DURATION: "0"})


def reports(
    profile: Profile, events: Sequence[EventKind], direction: Direction
) -> list[tuple[EventKind, str]]:
    """The addresses that a client calls, one after the other."""
    urls = ready_urls(profile, BASE, "KEY", DEFAULT_SET, "201")
    assert len(urls) == len(profile.events)
    return [
        (event, ready.url)
        for event in events
        for setting, ready in zip(profile.events, urls, strict=True)
        if setting.event is event
        and setting.direction in {direction, Direction.UNKNOWN}
    ]


def play(
    profile: Profile,
    client: Filling,
    secret: str,
    events: Sequence[EventKind],
    direction: Direction,
    start: datetime = NOON,
) -> Call | None:
    """Let a client report a call; what the log has of it then."""
    for event, url in reports(profile, events, direction):
        parts = urlsplit(url)
        path = parts.path.removeprefix("/softphone/").replace("KEY", secret)
        query = filled(profile, client, parts.query, event, "-".join(events))
        answer = send(
            path,
            query,
            headers=BROWSER if profile.has(Quirk.BROWSER) else {},
            received_at=start + timedelta(seconds=SECONDS[event]),
        )
        expected = 303 if profile.has(Quirk.BROWSER) else 204
        assert answer.status == expected, answer.body.decode()
    return Call.objects.first()


def check(call: Call | None, status: str, direction: Direction) -> None:
    assert Call.objects.count() == 1
    assert call is not None
    assert (call.status, call.direction) == (status, direction)
    assert (call.e164, call.extension) == (CUSTOMER, "201")
    if status == "ended":
        assert call.duration == 95


@pytest.mark.parametrize("key", keys_of(Filling))
class TestAddresses:
    def client(self, key: str) -> tuple[Profile, Filling]:
        client = CLIENTS[key]
        assert isinstance(client, Filling)
        return profiles()[key], client

    def test_an_answered_call(self, key: str, secret_of: SecretOf) -> None:
        profile, client = self.client(key)
        secret = secret_of(profile)
        call = play(profile, client, secret, [RINGING, CONNECTED, ENDED], IN)
        check(call, client.answered, IN)

    def test_a_missed_call(self, key: str, secret_of: SecretOf) -> None:
        profile, client = self.client(key)
        if client.missed:
            secret = secret_of(profile)
            call = play(
                profile, without_talk(client), secret, [RINGING, ENDED, MISSED], IN
            )
            check(call, client.missed, IN)
        else:
            assert not profile.reports(RINGING, IN)

    def test_an_outgoing_call(self, key: str, secret_of: SecretOf) -> None:
        profile, client = self.client(key)
        if client.dialled:
            secret = secret_of(profile)
            call = play(profile, client, secret, [RINGING, CONNECTED, ENDED], OUT)
            check(call, client.dialled, OUT)
        else:
            assert not profile.reports(RINGING, OUT)

    def test_the_next_call_is_another_one(self, key: str, secret_of: SecretOf) -> None:
        profile, client = self.client(key)
        secret = secret_of(profile)
        if client.answered == "ended" and client.missed:
            play(profile, client, secret, [RINGING, CONNECTED, ENDED], IN)
            later = NOON + timedelta(minutes=2)
            play(
                profile,
                without_talk(client),
                secret,
                [RINGING, ENDED, MISSED],
                IN,
                later,
            )
            events = Event.objects.filter(refused="")
            assert events.values("report__call").distinct().count() == 2


def test_a_call_reported_afterwards_that_nobody_answered(secret_of: SecretOf) -> None:
    profile = profiles()["3cx-crm"]
    client = Filling(values={Role.DURATION: "00:00:00"}, encode=quote)
    secret = secret_of(profile)
    check(play(profile, client, secret, [ENDED], IN), "missed", IN)


def test_a_ring_that_a_colleague_answered(secret_of: SecretOf) -> None:
    """Snom's $cancel_reason carries the Reason header of the CANCEL (RFC 3326)."""
    profile = profiles()["snom"]
    reason = 'SIP;cause=200;text="Call completed elsewhere"'
    client = Filling(at_end={Role.CAUSE: reason})
    secret = secret_of(profile)
    play(profile, client, secret, [RINGING, MISSED], IN)
    told = Event.objects.filter(kind="missed").get()
    assert told.raw["notes"] == []
    assert told.cause == "answered_elsewhere"


def curl(command: str) -> tuple[str, list[str]]:
    """The address and the parameters of a curl command line, as curl encodes them."""
    words = shlex.split(command)
    url = next(word for word in words if word.startswith("http"))
    pairs = []
    for option, word in pairwise(words):
        name, _equals, value = word.partition("=")
        if option == "--data-urlencode":
            pairs.append(f"{name}={quote(value, safe='')}")
        if option == "-d":
            pairs.append(word)
    return url, pairs


def sent(secret: str, command: str, event: EventKind) -> None:
    url, pairs = curl(command)
    path = urlsplit(url).path.removeprefix("/softphone/").replace("KEY", secret)
    at = NOON + timedelta(seconds=SECONDS[event])
    answer = send(path, "&".join(pairs), received_at=at)
    assert answer.status == 204, answer.body.decode()


MICROSIP = {
    "answered": (["crm-in", "crm-start", "crm-end"], "ended", IN),
    "missed": (["crm-in", "crm-end"], "missed", IN),
    "busy": (["crm-out", "crm-busy"], "not_reached", OUT),
    "dialled": (["crm-out", "crm-start", "crm-end"], "ended", OUT),
}
MICROSIP_EVENTS = {"crm-start": CONNECTED, "crm-end": ENDED, "crm-busy": ENDED}


@pytest.mark.parametrize("case", MICROSIP)
def test_microsip_runs_a_script_with_the_number(case: str, secret_of: SecretOf) -> None:
    profile = profiles()["microsip"]
    secret = secret_of(profile)
    files = {
        file.name: file.text for file in ready_files(profile, BASE, "KEY", DEFAULT_SET)
    }
    assert files.keys() >= set(re.findall(r"crm-\w+\.cmd", files["MicroSIP.ini"]))
    scripts, status, direction = MICROSIP[case]
    for script in scripts:
        line = files[f"{script}.cmd"].strip().removeprefix("@")
        event = MICROSIP_EVENTS.get(script, RINGING)
        sent(secret, line.replace("%~1", "01711234567"), event)
    call = Call.objects.get()
    assert (call.status, call.direction) == (status, direction)
    assert (call.e164, call.extension) == (CUSTOMER, "201")


TWINKLE = {
    "answered": (["in_call", "in_call_answered", "remote_release"], "ended", IN),
    "missed": (["in_call", "in_call_failed"], "missed", IN),
    "rejected": (["in_call", "in_call_failed 486"], "missed", IN),
    "all lines busy": (["in_call", "in_call_failed 486 0"], "missed", IN),
    "dialled": (["out_call", "out_call_answered", "local_release"], "ended", OUT),
    "busy": (["out_call", "out_call_failed 486"], "not_reached", OUT),
}
# The outcome of the leg, where it says more than the status.
TWINKLE_OUTCOMES = {
    "missed": "missed",
    "rejected": "rejected",
    "all lines busy": "busy",
    "busy": "busy",
}
TWINKLE_EVENTS = {"call": RINGING, "answered": CONNECTED, "failed": ENDED}


def environment(said: str, folder: Path) -> dict[str, str]:
    """What Twinkle 1.10.2 tells its script: the trigger, a SIP status and a line;
    a BYE comes from whoever hangs up."""
    trigger, status, line = [*said.split(" "), *("", "487", "1")[said.count(" ") + 1 :]]
    customer, own = "01711234567", "201"
    ours = trigger.startswith("out_") or trigger == "local_release"
    caller, called = (own, customer) if ours else (customer, own)
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "TWINKLE_TRIGGER": trigger,
        "TWINKLE_LINE": line,
        "SIP_CALL_ID": "q;x&y@vm",
        "SIP_FROM": f'"Müller & Sohn" <sip:{caller}@pbx>;tag=n',
        "SIP_FROM_USER": caller,
        "SIP_TO_USER": called,
        "SIPSTATUS_CODE": status if trigger.endswith("failed") else "",
    }


@pytest.mark.parametrize("case", TWINKLE)
@pytest.mark.parametrize("extension", ["201", ""])
def test_twinkle_runs_a_script_for_each_trigger(
    case: str, extension: str, secret_of: SecretOf, tmp_path: Path
) -> None:
    profile = profiles()["twinkle"]
    secret = secret_of(profile)
    file = ready_files(profile, BASE, "KEY", DEFAULT_SET, extension)[0]
    script, called = tmp_path / file.name, tmp_path / "called"
    script.write_text(file.text)
    recorder = tmp_path / "curl"
    recorder.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{called}.new\n')
    recorder.chmod(0o755)
    triggers, status, direction = TWINKLE[case]
    for trigger in triggers:
        # "wait" lets the script's own background job finish before it is read.
        done = subprocess.run(
            ["sh", "-c", f". {script}; wait"],
            env=environment(trigger, tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )
        wanted = "action=continue\nend\n" if trigger == "in_call" else ""
        assert done.stdout == wanted
        words = Path(f"{called}.new").read_text().splitlines()
        event = TWINKLE_EVENTS.get(trigger.split(" ")[0].rpartition("_")[2], ENDED)
        sent(secret, shlex.join(words), event)
    call = Call.objects.get()
    assert (call.status, call.direction) == (status, direction)
    assert (call.e164, call.extension) == (CUSTOMER, "201")
    assert call.name == ("Müller & Sohn" if direction is IN else "")
    if case in TWINKLE_OUTCOMES:
        assert call.legs.get().outcome == TWINKLE_OUTCOMES[case]


def test_twinkle_is_given_the_script_under_each_of_its_settings() -> None:
    script, settings = ready_files(profiles()["twinkle"], BASE, "KEY", DEFAULT_SET)
    assert (script.use, settings.use) == ("save", "add")
    lines = settings.text.split()
    assert {line.partition("=")[0] for line in lines} == {
        "script_incoming_call",
        "script_in_call_answered",
        "script_in_call_failed",
        "script_outgoing_call",
        "script_out_call_answered",
        "script_out_call_failed",
        "script_local_release",
        "script_remote_release",
    }
    assert {line.rpartition("/")[2] for line in lines} == {script.name}


@pytest.mark.parametrize("key", keys_of(Script))
def test_a_client_with_a_script_has_it_tested_above(key: str) -> None:
    assert key in {"microsip", "twinkle"}
    assert profiles()[key].files


@pytest.mark.parametrize("key", keys_of(Dials))
def test_a_client_that_only_dials(key: str) -> None:
    client, profile = CLIENTS[key], profiles()[key]
    assert isinstance(client, Dials)
    template = profile.dial[0]
    scheme = template.partition(":")[0]
    assert render(template, CUSTOMER, {scheme}) == client.uri
    assert ready_urls(profile, BASE, "KEY", DEFAULT_SET) == []


@pytest.mark.parametrize("key", keys_of(Adapter))
def test_a_service_has_an_adapter_and_one_address(key: str) -> None:
    assert adapter_of(key) is not None
    (ready,) = ready_urls(profiles()[key], BASE, "KEY", DEFAULT_SET)
    assert ready.url == f"{BASE}/softphone/KEY/{key}"


@pytest.mark.parametrize("key", keys_of(Bridge))
def test_a_bridge_is_a_command(key: str) -> None:
    profile = profiles()[key]
    assert "bridge" in get_commands()
    assert any(key in step.what for step in profile.steps)
    assert ready_urls(profile, BASE, "KEY", DEFAULT_SET) == []


@pytest.mark.parametrize("key", keys_of(Unconnected))
def test_what_can_not_be_connected_has_no_address(key: str) -> None:
    profile = profiles()[key]
    assert profile.how in {How.NONE, How.DIAL}
    assert ready_urls(profile, BASE, "KEY", DEFAULT_SET) == []
