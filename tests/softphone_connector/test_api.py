"""``/api/dial/``: click-to-dial for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pbxmanager.models import Call, Status
from tests.crmplus.api.programs import faults, program, send
from tests.softphone_connector.cast import Cast

URL = "/api/dial/"


@pytest.fixture
def api(people: Cast) -> Client:
    return program(people.anna)


def test_the_call_is_entered_and_the_uri_given(api: Client, people: Cast) -> None:
    answer = send(api, "POST", URL, {"number": "030 555 44 33"})
    assert answer.status_code == 201
    call = Call.objects.get()
    assert answer.json() == {"href": "tel:+49305554433", "call": str(call.uid)}
    assert (call.status, call.clicked_by) == (Status.INITIAL, people.anna)
    seen = api.get(f"/api/calls/{call.uid}/").json()
    assert (seen["status"], seen["extension"]) == ("initial", "201")
    assert seen["call_ids"] == []


def test_the_same_number_again_is_the_same_entry(api: Client) -> None:
    answers = [
        send(api, "POST", URL, {"number": number}).json()
        for number in ("030 5554433", "+49 30 5554433")
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "number", [None, "", " ", "nobody", "anonymous", 30, "030\x00", "1" * 600, [], {}]
)
def test_what_cannot_be_dialled(api: Client, number: Any) -> None:
    assert list(faults(send(api, "POST", URL, {"number": number}))) == ["number"]
    assert not Call.objects.exists()


def test_nobody_dials_without_signing_in(db: None, client: Client) -> None:
    assert send(client, "POST", URL, {"number": "030 5554433"}).status_code == 401


def test_a_session_needs_a_csrf_token(people: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.anna)
    assert send(browser, "POST", URL, {"number": "030 5554433"}).status_code == 403
    assert not Call.objects.exists()
