"""The calls that somebody missed, under both rules about what others took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.events import Cause, Direction, EventKind
from pbxmanager.filters import CallFilter
from pbxmanager.missed import missed_by
from pbxmanager.models import Call
from pbxmanager.rules import MissedShared, RuleSettings
from tests.pbxmanager.office import JULIA, NOON, Office, make_office, queries, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LIST = "/pbx-manager/"


@pytest.fixture
def office() -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


@pytest.fixture(params=list(MissedShared))
def rule(request: pytest.FixtureRequest) -> MissedShared:
    """Each rule once."""
    chosen: MissedShared = request.param
    RuleSettings.objects.create(pk=1, missed_shared=chosen)
    return chosen


def missed(user: User) -> list[Call]:
    form = CallFilter(user, QueryDict("missed=mine"))
    return list(form.rows().order_by("-started_at", "-pk"))


def page_of(office: Office, user: User) -> str:
    html = office.browser(user).get(LIST, {"missed": "mine"}).content.decode()
    return words_of(html.partition("<main")[2])


def group_call(office: Office, *, number: str = "+4989123") -> Call:
    """It rings at Anna's and Ben's; Ben takes it, and Anna's phone is told so."""
    given: dict[str, Any] = {"direction": Direction.INBOUND}
    for extension in ("201", "202"):
        office.event(EventKind.RINGING, extension, number, call_id=extension, **given)
    later = NOON + timedelta(seconds=4)
    office.event(EventKind.CONNECTED, "202", number, at=later, call_id="202", **given)
    return office.event(
        EventKind.ENDED, "201", number, at=later, call_id="201", **given
    )


def test_what_nobody_took_is_missed_by_whom_it_rang(
    office: Office, rule: MissedShared
) -> None:
    call = office.call("201", talk=None)
    office.call("201", JULIA)
    office.call("201", "+4989000", Direction.OUTBOUND, talk=None)

    assert missed(office.anna) == [call]
    assert missed(office.ben) == missed(office.karin) == []


def test_what_a_colleague_took_is_missed_by_nobody() -> None:
    with time_machine.travel(NOON, tick=False):
        office = make_office()
        call = group_call(office)

        assert set(call.legs.values_list("outcome", flat=True)) == {
            "answered_elsewhere",
            "",
        }
        assert missed(office.anna) == missed(office.ben) == []


def test_or_by_everybody_whose_phone_rang(office: Office) -> None:
    RuleSettings.objects.create(pk=1, missed_shared=MissedShared.RUNG)
    call = group_call(office)

    assert missed(office.anna) == [call]
    assert missed(office.ben) == missed(office.karin) == []
    assert "answered by Ben Wagner" in page_of(office, office.anna)
    assert "answered by" not in words_of(
        office.browser(office.anna).get(LIST).content.decode()
    )


def test_a_phone_that_stopped_ringing_before_is_no_different(
    office: Office, rule: MissedShared
) -> None:
    office.event(EventKind.RINGING, "201", JULIA, call_id="1")
    office.event(
        EventKind.MISSED, "201", JULIA, call_id="1", at=NOON + timedelta(seconds=10)
    )
    at = NOON + timedelta(seconds=10)
    office.event(EventKind.RINGING, "202", JULIA, call_id="2", at=NOON)
    call = office.event(
        EventKind.CONNECTED, "202", JULIA, call_id="2", at=at + timedelta(seconds=9)
    )

    assert call.legs.get(extension="201").outcome == "missed"
    assert missed(office.anna) == ([call] if rule == MissedShared.RUNG else [])


def test_who_took_it_on_another_phone_has_not_missed_it(office: Office) -> None:
    RuleSettings.objects.create(pk=1, missed_shared=MissedShared.RUNG)
    office.ben.extensions.all().update(user=office.anna)
    call = group_call(office)

    assert set(call.legs.values_list("user", flat=True)) == {office.anna.pk}
    assert missed(office.anna) == []


@pytest.mark.parametrize(
    ("cause", "counts"),
    [
        (Cause.BUSY, True),
        (Cause.CANCELLED, True),
        (Cause.REJECTED, False),
        (Cause.ANSWERED_ELSEWHERE, True),
    ],
)
def test_what_one_turned_down_is_not_missed(
    office: Office, cause: Cause, *, counts: bool
) -> None:
    call = office.call("201", talk=None, cause=cause)

    assert missed(office.anna) == ([call] if counts else [])


def test_an_internal_call_is_missed_by_the_called_one(
    office: Office, rule: MissedShared
) -> None:
    office.event(
        EventKind.RINGING, "201", "202", direction=Direction.OUTBOUND, call_id="a"
    )
    office.event(
        EventKind.RINGING, "202", "201", direction=Direction.INBOUND, call_id="b"
    )
    later = NOON + timedelta(seconds=8)
    office.event(EventKind.MISSED, "202", "201", call_id="b", at=later)
    call = office.event(EventKind.ENDED, "201", "202", call_id="a", at=later)

    assert missed(office.ben) == [call]
    assert missed(office.anna) == []


def test_what_is_in_the_bin_is_not_listed(office: Office) -> None:
    office.call("201", talk=None).move_to_bin(by=office.karin)

    assert missed(office.anna) == []


def test_the_page_leads_there_and_back(office: Office) -> None:
    client = office.browser(office.anna)
    assert "?missed=mine" in client.get(LIST).content.decode()
    assert "You have missed no calls" in page_of(office, office.anna)
    office.call("201", talk=None)

    response = client.get(LIST, {"missed": "mine", "direction": "inbound"})
    assert response.context["chips"][0].names == ["missed"]
    # Choosing another filter keeps this one.
    assert '<input type="hidden" name="missed" value="mine">' in response.text
    assert client.get(LIST, {"missed": "theirs"}).context["chips"] == []


def test_costs_the_same_however_many(office: Office) -> None:
    RuleSettings.objects.create(pk=1, missed_shared=MissedShared.RUNG)
    group_call(office)
    few = queries(lambda: page_of(office, office.anna))
    for number in range(5):
        group_call(office, number=f"+49891{number}")

    assert queries(lambda: page_of(office, office.anna)) == few


@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs rows to plan for")
def test_an_index_serves_it(office: Office) -> None:
    assert "COVERING INDEX leg_user_call" in missed_by(office.anna).explain()
