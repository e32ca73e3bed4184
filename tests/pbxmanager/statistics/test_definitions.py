"""What counts as what: calls as phones report them, and the figures of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pbxmanager.calendar import (
    bounds,
    installation_zone,
    last_of_month,
    midnight,
    slots,
)
from pbxmanager.events import Cause, Direction
from pbxmanager.figures import (
    CALLED_BACK_WITHIN,
    Figure,
    Result,
    called_back,
    figure_of,
    result,
)
from pbxmanager.models import Call
from pbxmanager.statistics.counting import TOLD, count_day
from pbxmanager.statistics.models import Detail
from pbxmanager.statistics.sums import Sums
from pbxmanager.statistics.tallies import tally
from tests.pbxmanager.office import NOON, STRANGER, Office

BERLIN = ZoneInfo("Europe/Berlin")
IN, OUT, INSIDE = Direction.INBOUND, Direction.OUTBOUND, Direction.INTERNAL
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"direction": IN, "talk": 60}, Result.ANSWERED),
        ({"direction": IN, "talk": None}, Result.MISSED),
        ({"direction": IN, "talk": None, "cause": Cause.BUSY}, Result.BUSY),
        ({"direction": IN, "talk": None, "cause": Cause.REJECTED}, Result.BUSY),
        ({"direction": OUT, "talk": 60}, Result.ANSWERED),
        ({"direction": OUT, "talk": None}, Result.NOT_REACHED),
        ({"direction": OUT, "talk": None, "cause": Cause.BUSY}, Result.BUSY),
    ],
)
def test_a_call_has_one_result(
    office: Office, given: dict[str, Any], expected: Result
) -> None:
    call = office.call("201", **given)

    assert Call.objects.annotate(is_it=result()).get(pk=call.pk).is_it == expected


def test_a_call_that_rings_is_running(office: Office) -> None:
    call = office.ringing("201")

    assert Call.objects.annotate(is_it=result()).get(pk=call.pk).is_it == "running"


@pytest.mark.parametrize(
    ("after", "direction", "number", "talk", "expected"),
    [
        (HOUR, OUT, STRANGER, 60, True),
        (HOUR, IN, STRANGER, 60, True),
        (HOUR, OUT, STRANGER, None, False),
        (HOUR, OUT, "+4930999888", 60, False),
        (-HOUR, OUT, STRANGER, 60, False),
        (CALLED_BACK_WITHIN - HOUR, OUT, STRANGER, 60, True),
        (CALLED_BACK_WITHIN + HOUR, OUT, STRANGER, 60, False),
    ],
)
def test_a_missed_call_is_called_back_by_a_later_talk(
    office: Office,
    after: timedelta,
    direction: Direction,
    number: str,
    talk: int | None,
    expected: bool,
) -> None:
    missed = office.call("201", talk=None)
    office.call("202", number, direction, at=NOON + after, talk=talk)

    found = Call.objects.filter(called_back(), pk=missed.pk).exists()
    assert found is expected


def test_what_is_in_the_bin_calls_nobody_back(office: Office) -> None:
    missed = office.call("201", talk=None)
    office.call("202", direction=OUT, at=NOON + HOUR).move_to_bin()

    assert not Call.objects.filter(called_back(), pk=missed.pk).exists()


def test_an_anonymous_caller_cannot_be_called_back(office: Office) -> None:
    missed = office.call("201", "", talk=None)
    office.call("202", "", OUT, at=NOON + HOUR, cause=Cause.UNKNOWN)

    assert not Call.objects.filter(called_back(), pk=missed.pk).exists()


def test_the_figures_of_a_day(office: Office) -> None:
    office.call("201", talk=60)
    office.call("202", talk=30, at=NOON + HOUR)
    office.call("201", "+4930111222", talk=None, at=NOON + 2 * HOUR)
    office.call("203", "+4930111222", OUT, talk=None, at=NOON + 3 * HOUR)
    office.call("203", "+4930111222", OUT, talk=100, at=NOON + 4 * HOUR)

    found = tally(count_day(NOON.date(), installation_zone()), IN)

    assert (found.calls, found.answered, found.missed, found.back) == (5, 3, 1, 1)
    assert found.rate == pytest.approx(2 / 3)
    assert (found.wait, found.vain_wait, found.longest) == (5, 5, 5)
    assert found.talk == 190
    assert found.talk_average == pytest.approx(190 / 3)
    assert tally(count_day(NOON.date(), installation_zone()), OUT).rate == 0.5


def test_all_details_add_up_to_the_same(office: Office) -> None:
    office.call("201", talk=60)
    office.call("202", "+4930111222", talk=None, at=NOON + HOUR)
    sums = [
        tally(count_day(NOON.date(), installation_zone(), TOLD[detail]), IN).of()
        for detail in Detail
    ]

    assert sums == [Sums(2, 60, 2, 10, 2, 5, 0)] * len(Detail)


@pytest.mark.parametrize(
    ("day", "hours", "twice", "missing"),
    [
        (date(2026, 3, 4), 24, None, None),
        (date(2026, 3, 29), 23, None, 2),
        (date(2026, 10, 25), 25, 2, None),
    ],
)
def test_a_day_has_23_to_25_hours(
    day: date, hours: int, twice: int | None, missing: int | None
) -> None:
    found = slots(day, BERLIN)
    start, end = bounds(day, day, BERLIN)

    assert end - start == timedelta(hours=hours)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(one.end == two.start for one, two in pairwise(found))
    lengths = {slot.hour: slot.end - slot.start for slot in found}
    assert (2 not in lengths) == (missing == 2)
    assert [hour for hour, length in lengths.items() if length == 2 * HOUR] == (
        [] if twice is None else [twice]
    )


@pytest.mark.parametrize(
    "zone", ["America/Havana", "Australia/Lord_Howe", "Asia/Beirut"]
)
def test_the_slots_of_a_year_leave_no_gap_in_any_zone(zone: str) -> None:
    there = ZoneInfo(zone)
    at = midnight(date(2026, 1, 1), there)
    for number in range(365):
        for slot in slots(date(2026, 1, 1) + timedelta(days=number), there):
            assert slot.start == at
            assert slot.start.astimezone(there).hour == slot.hour
            at = slot.end
    assert at == midnight(date(2027, 1, 1), there)


@pytest.mark.parametrize(
    ("at", "hour"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")), 2),
        (datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("UTC")), 2),
        (datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("UTC")), 3),
        (datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("UTC")), 3),
    ],
)
def test_calls_of_the_night_in_which_the_clock_changes(
    office: Office, at: datetime, hour: int
) -> None:
    office.call("201", at=at)
    day = at.astimezone(BERLIN).date()

    (row,) = count_day(day, BERLIN)
    assert (row.key.hour, row.key.weekday) == (hour, 6)
    figure = Figure(day, day, hour=hour, weekday=6)
    assert figure.rows(Call.objects.all()).count() == 1
    assert not Figure(day, day, hour=hour - 1).rows(Call.objects.all()).exists()


def test_the_last_day_of_a_month() -> None:
    assert last_of_month(date(2028, 2, 11)) == date(2028, 2, 29)
    assert last_of_month(date(2026, 12, 31)) == date(2026, 12, 31)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "figure",
    [
        Figure(date(2026, 3, 1), date(2026, 3, 31)),
        Figure(date(2026, 3, 1), date(2026, 3, 1), hour=0, weekday=0),
        Figure(
            date(2026, 3, 1),
            date(2026, 3, 31),
            direction="inbound",
            results=["missed", "busy"],
            extension="2&0=1",
            people=[5, 0],
            called_back=True,
        ),
        Figure(date(2026, 3, 1), date(2026, 3, 31), extension=""),
        Figure(date(2026, 3, 1), date(2026, 3, 31), disposition=0),
        Figure(date(2026, 3, 1), date(2026, 3, 31), disposition=10**17),
    ],
)
def test_a_figure_can_be_written_and_read(figure: Figure) -> None:
    read = figure_of(figure.text())

    assert read is not None
    assert read.text() == figure.text()
    assert figure.words()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "first=2026-03-01",
        "first=2026-03-31&last=2026-03-01",
        "first=0001-01-01&last=0001-01-02",
        "first=1999-01-01&last=2150-01-01",
        "first=9999-12-31&last=9999-12-31",
        "first=2026-03-01&last=2026-03-01&hour=24",
        "first=2026-03-01&last=2026-03-01&weekday=x",
        "first=2026-03-01&last=2026-03-01&direction=up",
        "first=2026-03-01&last=2026-03-01&result=nice",
        "first=2026-03-01&last=2026-03-01&person=anna",
        "first=2026-03-01&last=2026-03-01&disposition=sold",
        "first=2026-03-01&last=2026-03-01&disposition=-1",
    ],
)
def test_what_is_no_figure_is_none(text: str) -> None:
    assert figure_of(text) is None
