"""Click-to-dial: the entry, and the URI that dials."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.models import Call
from pbxmanager.recorder import Recorded
from softphone_connector import dial as module
from softphone_connector.dial import NotDiallable, dial
from softphone_connector.dial_methods import method_of
from softphone_connector.lines import Line
from softphone_connector.preferences import DialPreference
from softphone_connector.profiles import profile, profiles
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import JULIA, tell


def dials_with(user: User, template: str, extension: Any = None) -> None:
    """Dial from an extension (the first one) by a template."""
    line = extension or user.extensions.order_by("number")[0]
    Line.objects.update_or_create(extension=line, defaults={"template": template})
    DialPreference.objects.update_or_create(user=user, defaults={"extension": line})


def test_a_click_makes_the_entry_and_gives_the_uri(people: Cast) -> None:
    dialling = dial(people.anna, "0171 2345678")
    call = dialling.call
    assert dialling.href == f"tel:{JULIA}"
    assert (call.direction, call.status) == ("outbound", "initial")
    assert (call.extension, call.e164) == ("201", JULIA)
    assert call.clicked_by == people.anna
    assert call.duration is None


@pytest.mark.parametrize(
    ("template", "href"),
    [
        ("zoiper:{e164}", f"zoiper:{JULIA}"),
        ("sip:{digits}@pbx.example.com", "sip:491712345678@pbx.example.com"),
        ("callto:{national}", "callto:01712345678"),
    ],
)
def test_it_dials_by_the_users_method(people: Cast, template: str, href: str) -> None:
    dials_with(people.anna, template)
    assert dial(people.anna, JULIA).href == href


def test_a_method_that_is_not_allowed_any_more_gives_way(people: Cast) -> None:
    dials_with(people.anna, "oldphone:{e164}")
    assert dial(people.anna, JULIA).href == f"tel:{JULIA}"


def test_it_dials_from_the_chosen_extension(people: Cast) -> None:
    assert dial(people.ben, JULIA).call.extension == "202"
    second = people.ben.extensions.get(number="203")
    dials_with(people.ben, "tel:{e164}", extension=second)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert dial(people.ben, JULIA).call.extension == "203"


def test_who_has_no_extension_dials_all_the_same(people: Cast) -> None:
    dialling = dial(people.karin, JULIA)
    assert dialling.call.extension == ""
    assert dialling.call.clicked_by == people.karin


def test_a_colleague_is_dialled_by_the_extension(people: Cast) -> None:
    assert dial(people.anna, "202").href == "tel:202"


def test_the_same_number_within_five_seconds_is_one_entry(people: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = dial(people.anna, JULIA).call
        clock.shift(4)
        assert dial(people.anna, "+49 171 2345678").call == first
        clock.shift(6)
        assert dial(people.anna, JULIA).call != first


@pytest.mark.parametrize("text", ["", "anonymous", "hello", "javascript:x", "+", "  "])
def test_what_is_no_number_is_not_dialled(people: Cast, text: str) -> None:
    with pytest.raises(NotDiallable):
        dial(people.anna, text)
    assert not Call.objects.exists()


def test_without_an_entry_nothing_is_dialled(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "record", lambda event: Recorded(None, False))
    with pytest.raises(NotDiallable):
        dial(people.anna, JULIA)


def test_the_phones_own_events_fill_the_entry(people: Cast) -> None:
    entry = dial(people.anna, JULIA).call
    tell("ringing", "201", JULIA, call_id="x")
    call = tell("connected", "201", JULIA, call_id="x")
    assert call == entry
    assert (call.direction, call.status) == ("outbound", "connected")


def test_the_address_answers_with_uri_and_entry(people: Cast, client: Client) -> None:
    client.force_login(people.anna)
    url = reverse("softphone_connector:dial")
    answer = client.post(url, {"number": "0171 2345678"})
    call = Call.objects.get()
    assert json.loads(answer.content) == {
        "href": f"tel:{JULIA}",
        "call": str(call.uid),
        "for": [],
    }


def test_the_address_refuses_what_is_no_number(people: Cast, client: Client) -> None:
    client.force_login(people.anna)
    answer = client.post(reverse("softphone_connector:dial"), {"number": "<b>"})
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")


def test_the_address_is_for_signed_in_people_and_their_own_pages(people: Cast) -> None:
    url = reverse("softphone_connector:dial")
    stranger = Client()
    assert stranger.post(url, {"number": JULIA}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.anna)
    assert strict.post(url, {"number": JULIA}).status_code == 403
    assert strict.get(url).status_code == 405
    assert not Call.objects.exists()


def test_without_a_template_of_its_own_a_line_dials_as_its_client_does(
    people: Cast,
) -> None:
    line = Line.objects.create(extension=people.anna.extensions.get())
    assert method_of("201") == "tel:{e164}"
    line.profile = next(
        one.key
        for one in profiles().values()
        if one.dial and one.dial[0] != "tel:{e164}"
    )
    line.save()
    known = profile(line.profile)
    assert known
    assert method_of("201") == known.dial[0] != "tel:{e164}"
    line.template = "sip:{e164}"
    line.save()
    assert method_of("201") == "sip:{e164}"
    assert method_of("299") == "tel:{e164}"
