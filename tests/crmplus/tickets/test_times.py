"""Quick choices: what is on offer, in every zone and on both DST nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.tickets import times

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Santiago",
        "Pacific/Apia",
        "UTC",
    ]
).map(ZoneInfo)
SECONDS = st.integers(946_684_800, 2_143_000_000)  # the years 2000 to 2037
MOMENTS = SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def offered(now: datetime) -> dict[str, str]:
    return {one.key: f"{one.at:%a %d %H:%M}" for one in times.choices(now)}


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (
            "2026-03-04T10:02",
            {
                "hour": "Wed 04 11:05",
                "afternoon": "Wed 04 15:00",
                "tomorrow": "Thu 05 09:00",
                "monday": "Mon 09 09:00",
            },
        ),
        (
            "2026-03-04T14:00",
            {
                "hour": "Wed 04 15:00",
                "tomorrow": "Thu 05 09:00",
                "monday": "Mon 09 09:00",
            },
        ),
        (
            "2026-03-08T23:58",
            {"hour": "Mon 09 01:00", "tomorrow": "Mon 09 09:00"},
        ),
        (
            "2026-03-09T08:00",
            {
                "hour": "Mon 09 09:00",
                "afternoon": "Mon 09 15:00",
                "tomorrow": "Tue 10 09:00",
                "monday": "Mon 16 09:00",
            },
        ),
    ],
)
def test_what_is_on_offer(now: str, wanted: dict[str, str]) -> None:
    assert offered(at(now)) == wanted


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_tomorrow_morning_is_nine_on_the_clock_after_a_dst_night(day: str) -> None:
    picked = times.pick("tomorrow", at(f"{day}T18:00"))
    assert picked is not None
    assert picked.time() == time(9)


def test_an_hour_is_an_hour_also_in_a_dst_night() -> None:
    now = at("2026-03-29T01:30")
    picked = times.pick("hour", now)
    assert picked is not None
    assert picked.astimezone(UTC) - now.astimezone(UTC) == timedelta(hours=1)
    assert picked.time() == time(3, 30)


def test_a_time_that_the_clocks_skip_is_the_one_they_moved_on_to() -> None:
    found = times.on_the_clock(date(2026, 3, 29), time(2, 30), at("2026-03-01T09:00"))
    assert found.time() == time(3, 30)


def test_of_a_time_that_the_clocks_show_twice_the_first_counts() -> None:
    now = at("2026-10-01T09:00")
    found = times.on_the_clock(date(2026, 10, 25), time(2, 30), now)
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(MOMENTS, ZONES)
def test_every_choice_lies_ahead_and_within_eight_days(
    moment: datetime, zone: ZoneInfo
) -> None:
    now = moment.astimezone(zone)
    found = times.choices(now)
    assert {"hour", "tomorrow"} <= {one.key for one in found}
    for one in found:
        ahead = one.at.astimezone(UTC) - moment
        assert timedelta(0) < ahead <= timedelta(days=8, hours=2)
        assert one.at.tzinfo is zone


@given(MOMENTS, ZONES)
def test_mornings_and_afternoons_are_what_the_clock_on_the_wall_says(
    moment: datetime, zone: ZoneInfo
) -> None:
    now = moment.astimezone(zone)
    clocks = {"afternoon": times.AFTERNOON, "tomorrow": times.MORNING}
    clocks["monday"] = times.MORNING
    for one in times.choices(now):
        if one.key in clocks:
            # Also after the way through the database, which keeps UTC.
            assert one.at.astimezone(UTC).astimezone(zone).time() == clocks[one.key]


@given(MOMENTS, ZONES)
def test_a_day_ends_when_the_next_begins(moment: datetime, zone: ZoneInfo) -> None:
    now = moment.astimezone(zone)
    start, end = times.midnight(now), times.midnight(now, 1)
    assert start <= now < end
    # Samoa skipped a whole day in 2011.
    assert timedelta(hours=22) < end.astimezone(UTC) - start.astimezone(UTC)


@pytest.mark.parametrize("key", ["", "never", "hour ", "\x00"])
def test_what_is_no_choice_is_none(key: str) -> None:
    assert times.pick(key, at("2026-03-04T10:00")) is None
