"""Today's calls, where they are too many to be counted while somebody waits."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from pbxmanager.statistics import upkeep
from pbxmanager.statistics.models import Count, Grain, StaleDay, Upkeep
from tests.pbxmanager.office import NOON, Office
from tests.pbxmanager.statistics.conftest import HOUR, NOW
from tests.pbxmanager.statistics.test_pages import PAGE, QUERIES, report_for

MINUTE = timedelta(minutes=1)
TODAY = date(2026, 3, 24)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call a day is many."""
    monkeypatch.setattr(upkeep, "MANY", 0)


def calls_of(day: date) -> int:
    rows = Count.objects.filter(grain=Grain.DAY, detail=1, start=day)
    return sum(rows.values_list("calls", flat=True))


def counted_at() -> datetime | None:
    return Upkeep.objects.get().today_at


@pytest.mark.parametrize("query", QUERIES)
def test_the_loop_and_the_page_count_the_same(
    busy: Office,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
) -> None:
    live = report_for(busy.karin, query)
    tables, heat, total = live.tables, live.heat, live.total
    monkeypatch.setattr(upkeep, "MANY", 0)
    upkeep.run(NOW + 2 * HOUR)
    kept = report_for(busy.karin, query)
    assert (kept.tables, kept.heat, kept.total) == (tables, heat, total)
    is_in_it = live.question.days.last >= TODAY
    assert (live.today_at, bool(kept.today_at)) == (None, is_in_it)


def test_a_page_says_up_to_when_today_is_counted(
    busy: Office,
    many: None,
) -> None:
    client = Client()
    client.force_login(busy.karin)
    url = f"{PAGE}?period=today"
    assert "as counted at" not in client.get(url).content.decode()
    upkeep.run(NOW + 2 * HOUR)
    page = client.get(url).content.decode()
    told = re.search(r"Today’s calls as counted at ([0-9:]+)\.", page)
    assert told
    assert told.group(1) == f"{timezone.localtime(NOW + 2 * HOUR):%H:%M}"
    with mock.patch("django.utils.timezone.now", return_value=NOW + 2.1 * HOUR):
        busy.call("201", at=NOW + 2 * HOUR)
        # The loop stands still: so the page counts by itself again.
        answer = client.get(url)
    assert "as counted at" not in answer.content.decode()


def test_few_calls_are_counted_by_each_page(office: Office) -> None:
    office.call("201")
    upkeep.run(NOON + HOUR)
    assert (counted_at(), calls_of(NOON.date())) == (None, 0)


def test_many_calls_are_counted_by_the_loop(office: Office, many: None) -> None:
    for number in range(2):
        office.call("201", at=NOON + number * MINUTE)
        upkeep.run(NOON + HOUR + number * MINUTE)
        assert counted_at() == NOON + HOUR + number * MINUTE
        assert calls_of(NOON.date()) == number + 1
    upkeep.run(NOON + 24 * HOUR)
    assert counted_at() is None


def test_a_day_that_was_kept_is_counted_once_more_with_its_month(
    office: Office, many: None
) -> None:
    last = datetime(2026, 3, 31, 12, tzinfo=NOON.tzinfo)
    office.call("201", at=last)
    upkeep.run(last + HOUR)
    assert list(StaleDay.objects.values_list("day", flat=True)) == [last.date()]
    upkeep.run(last + 24 * HOUR)
    months = Count.objects.filter(grain=Grain.MONTH, detail=1)
    assert [row.calls for row in months] == [1]
    assert not StaleDay.objects.exists()


@pytest.mark.parametrize("query", QUERIES)
def test_a_month_that_was_not_added_up_yet_is_read_by_its_days(
    busy: Office,
    query: str,
) -> None:
    usual = report_for(busy.karin, query)
    tables, total = usual.tables, usual.total
    Upkeep.objects.update(way=2)
    Count.objects.filter(grain=Grain.MONTH, start=TODAY.replace(day=1)).delete()
    upgraded = report_for(busy.karin, query)
    assert (upgraded.tables, upgraded.total) == (tables, total)
