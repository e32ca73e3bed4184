"""Which report an event belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from crmplus.accounts.models import User
from pbxmanager import models
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.recorder import Refusal, Refused, record
from tests.pbxmanager.cast import (
    CONNECTED,
    CUSTOMER,
    ENDED,
    MISSED,
    OTHER_CUSTOMER,
    OUT,
    RINGING,
    click,
    event,
)

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


def reports(*events: CallEvent) -> list[list[str]]:
    """The kinds of event of each report, after these events were told in order."""
    for one in events:
        record(one)
    return [
        [kept.kind for kept in report.events.order_by("pk")]
        for report in models.Report.objects.order_by("pk")
    ]


def refusal(one: CallEvent) -> Refusal:
    with pytest.raises(Refused) as refused:
        record(one)
    return refused.value.refusal


# With a call ID.


def test_events_with_one_call_id_are_one_report() -> None:
    assert reports(event(RINGING, 0), event(CONNECTED, 5), event(ENDED, 9)) == [
        ["ringing", "connected", "ended"]
    ]


@pytest.mark.parametrize(
    "other",
    [{"by": "ben"}, {"call_id": "other"}, {"ext": "301"}],
    ids=["source", "call ID", "scope"],
)
def test_each_part_of_the_identity_counts(other: dict[str, Any]) -> None:
    assert len(reports(event(RINGING, 0), event(RINGING, 60, **other))) == 2


def test_a_pbx_has_one_report_for_all_extensions() -> None:
    both = (event(RINGING, 0, ext=ext, by="pbx") for ext in ("201", "202"))

    assert reports(*both) == [["ringing", "ringing"]]


@pytest.mark.parametrize(("later", "count"), [(DAY - 1, 1), (DAY, 2)])
def test_a_call_id_is_new_after_a_day(later: float, count: int) -> None:
    assert len(reports(event(RINGING, 0), event(RINGING, later))) == count


def test_generations_are_counted() -> None:
    reports(*(event(MISSED, day * DAY) for day in range(3)))

    found = models.Report.objects.order_by("pk").values_list("generation", flat=True)
    assert list(found) == [0, 1, 2]


def test_restarting_ids_begin_anew_with_a_ringing_after_the_end() -> None:
    told = (
        event(kind, seconds, ids_restart=True)
        for kind, seconds in (
            (RINGING, 0),
            (RINGING, 1),
            (MISSED, 9),
            (RINGING, 9),
            (ENDED, 9.5),
            (RINGING, 60),
        )
    )

    assert reports(*told) == [
        ["ringing", "ringing", "missed", "ringing", "ended"],
        ["ringing"],
    ]


def test_restarting_ids_know_a_ringing_that_its_end_overtook() -> None:
    told = (
        event(kind, seconds, ids_restart=True, stated=False)
        for kind, seconds in ((ENDED, 0), (RINGING, 1), (RINGING, 1.5))
    )

    assert reports(*told) == [["ended", "ringing"], ["ringing"]]


def test_an_event_without_extension_goes_to_the_newest_report() -> None:
    unscoped = event(ENDED, 70, ext="", number=None)

    assert reports(event(RINGING, 0), event(RINGING, 60, ext="301"), unscoped) == [
        ["ringing"],
        ["ringing", "ended"],
    ]


def test_the_newest_report_counts_whatever_its_generation() -> None:
    old = (event(MISSED, 0), event(MISSED, DAY))
    new = event(RINGING, 2 * DAY, ext="301"), event(ENDED, 2 * DAY + 5, ext="")

    assert reports(*old, *new)[-1] == ["ringing", "ended"]


def test_a_report_without_extension_gets_the_first_one_known() -> None:
    assert reports(
        event(RINGING, 0, ext=""), event(CONNECTED, 5), event(CONNECTED, 6, ext="301")
    ) == [["ringing", "connected"], ["connected"]]
    assert models.Report.objects.order_by("pk")[0].scope == "201"


def test_generations_of_scopes_do_not_collide() -> None:
    told = (
        event(MISSED, 0, ext=""),
        event(MISSED, DAY, ext="201"),
        event(MISSED, 2 * DAY, ext=""),
    )

    assert len(reports(*told)) == 3


def test_an_unknown_end_without_number_ends_the_open_call() -> None:
    unknown = event(ENDED, 9, call_id="unheard-of", number=None)

    assert reports(event(RINGING, 0), unknown) == [["ringing", "ended"]]


def test_an_unknown_end_without_number_and_open_call_is_refused() -> None:
    assert refusal(event(ENDED, 9, number=None)) is Refusal.NO_CALL


def test_an_unknown_end_with_a_number_is_a_call() -> None:
    assert reports(event(ENDED, 9)) == [["ended"]]


def test_a_ringing_needs_a_number() -> None:
    assert refusal(event(RINGING, 0, number=None)) is Refusal.NO_NUMBER
    assert refusal(event(RINGING, 0, number=None, call_id="")) is Refusal.NO_NUMBER
    assert reports(event(RINGING, 0, number="anonymous")) == [["ringing"]]


def test_a_connection_needs_no_number() -> None:
    assert reports(event(CONNECTED, 0, number=None)) == [["connected"]]


def test_other_events_belong_to_the_call_they_name() -> None:
    other = event(EventKind.OTHER, 5)
    stray = event(EventKind.OTHER, 5, call_id="unheard-of")

    assert reports(event(RINGING, 0), other, stray) == [["ringing", "other"]]
    assert models.Event.objects.filter(report=None, refused="").count() == 1


# Without a call ID.


def no_id(kind: EventKind, seconds: float, **given: Any) -> CallEvent:
    return event(kind, seconds, call_id="", **given)


def test_a_call_id_is_made_where_the_client_has_none() -> None:
    reports(no_id(RINGING, 0))

    assert models.Report.objects.get().client_call_id.startswith("auto-")


@pytest.mark.parametrize(
    ("second", "count"),
    [
        (no_id(RINGING, 10), 1),
        (no_id(RINGING, 10.1), 2),
        (no_id(RINGING, 1, direction=OUT), 2),
        (no_id(RINGING, 1, direction=Direction.UNKNOWN), 1),
        (no_id(RINGING, 1, number=OTHER_CUSTOMER), 2),
        (no_id(RINGING, 1, ext="202"), 2),
        (no_id(RINGING, 1, by="pbx"), 2),
    ],
)
def test_a_ringing_told_again_is_the_same_call(second: CallEvent, count: int) -> None:
    assert len(reports(no_id(RINGING, 0), second)) == count


def test_a_direction_told_late_is_no_other_call() -> None:
    first = no_id(RINGING, 0, direction=Direction.UNKNOWN)

    assert len(reports(first, no_id(RINGING, 1))) == 1


@pytest.mark.parametrize(("again", "count"), [(5, 1), (5.1, 2)])
def test_a_ringing_after_the_end_is_late_or_new(again: float, count: int) -> None:
    told = (no_id(RINGING, 0), no_id(MISSED, 3), no_id(RINGING, again))

    assert len(reports(*told)) == count


@pytest.mark.parametrize("kind", [CONNECTED, ENDED, MISSED])
def test_an_event_goes_to_the_open_call_with_its_number(kind: EventKind) -> None:
    told = (no_id(RINGING, 0), no_id(RINGING, 5, number=OTHER_CUSTOMER))

    assert reports(*told, no_id(kind, 9)) == [["ringing", kind], ["ringing"]]


@pytest.mark.parametrize("number", ["302", OTHER_CUSTOMER])
def test_an_event_with_another_number_goes_to_the_only_open_call(number: str) -> None:
    assert len(reports(no_id(RINGING, 0), no_id(ENDED, 9, number=number))) == 1


def test_an_end_that_fits_no_open_call_is_refused() -> None:
    reports(no_id(RINGING, 0), no_id(RINGING, 1, number=OTHER_CUSTOMER))

    assert refusal(no_id(ENDED, 9, number="+4915112345678")) is Refusal.NO_CALL


def test_a_ringing_that_was_given_up_takes_no_other_numbers() -> None:
    stale = no_id(RINGING, 0)
    talk = no_id(CONNECTED, 301, number=OTHER_CUSTOMER)

    assert reports(stale, talk) == [["ringing"], ["connected"]]


def test_a_talk_takes_other_numbers_for_long() -> None:
    told = (no_id(RINGING, 0), no_id(CONNECTED, 5))

    assert len(reports(*told, no_id(ENDED, 7200, number=OTHER_CUSTOMER))) == 1


@pytest.mark.parametrize("number", ["anonymous", None])
def test_an_event_without_number_goes_to_the_newest_open_call(
    number: str | None,
) -> None:
    told = (no_id(RINGING, 0), no_id(RINGING, 5, number=OTHER_CUSTOMER))

    assert reports(*told, no_id(ENDED, 9, number=number)) == [
        ["ringing"],
        ["ringing", "ended"],
    ]


def test_a_connection_without_ringing_begins_a_call() -> None:
    assert reports(no_id(CONNECTED, 0)) == [["connected"]]


@pytest.mark.parametrize(("late", "count"), [(11, 1), (11.1, 2)])
def test_a_connection_told_after_the_end(late: float, count: int) -> None:
    told = (no_id(RINGING, 0), no_id(ENDED, 9), no_id(CONNECTED, late))

    assert len(reports(*told)) == count


def test_a_connection_after_the_end_of_a_talk_is_new() -> None:
    talk = (no_id(RINGING, 0), no_id(CONNECTED, 5), no_id(ENDED, 9))

    assert len(reports(*talk, no_id(CONNECTED, 10))) == 2


def test_a_connection_after_the_end_of_another_number_is_new() -> None:
    told = (no_id(RINGING, 0), no_id(ENDED, 9))

    assert len(reports(*told, no_id(CONNECTED, 10, number=OTHER_CUSTOMER))) == 2


def test_an_end_told_again_is_the_same_end_for_ten_seconds() -> None:
    told = (no_id(RINGING, 0), no_id(MISSED, 9), no_id(ENDED, 19))

    assert reports(*told) == [["ringing", "missed", "ended"]]
    assert refusal(no_id(ENDED, 29.1)) is Refusal.NO_CALL


def test_an_end_alone_is_refused() -> None:
    assert refusal(no_id(ENDED, 0)) is Refusal.NO_CALL


def test_what_is_over_for_half_a_day_is_forgotten() -> None:
    reports(no_id(RINGING, 0))

    assert refusal(no_id(ENDED, 12 * 3600 + 1)) is Refusal.NO_CALL


def test_other_events_without_call_id_go_to_the_open_call() -> None:
    other = no_id(EventKind.OTHER, 5)

    assert reports(no_id(RINGING, 0), other, no_id(ENDED, 9)) == [
        ["ringing", "other", "ended"]
    ]
    assert record(no_id(EventKind.OTHER, 10)).call is None


def test_a_phone_without_extension_and_call_id() -> None:
    told = (no_id(RINGING, 0, ext=""), no_id(CONNECTED, 5), no_id(ENDED, 9, ext=""))

    assert reports(*told) == [["ringing", "connected", "ended"]]


# Clicks.


@pytest.fixture
def clickers() -> None:
    for number in (1, 2):
        User.objects.create(pk=number, username=f"user {number}")


@pytest.mark.usefixtures("clickers")
@pytest.mark.parametrize(
    ("second", "count"),
    [
        ({"seconds": 5}, 1),
        ({"seconds": 5.1}, 2),
        ({"seconds": 1, "number": OTHER_CUSTOMER}, 2),
        ({"seconds": 1, "source": "click:2", "ext": "202"}, 2),
    ],
)
def test_a_second_click_is_the_same_entry(second: dict[str, Any], count: int) -> None:
    told = (click(0, user=1), click(**{"user": 1, **second}))

    assert len(reports(*told)) == count


@pytest.mark.usefixtures("clickers")
def test_a_click_knows_its_number() -> None:
    reports(click(0, user=1))

    assert models.Report.objects.get().party == CUSTOMER
