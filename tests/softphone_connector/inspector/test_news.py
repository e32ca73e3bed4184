"""What an open page asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from crmplus import keyset
from pbxmanager.models import Event
from softphone_connector.inspector import news as module
from softphone_connector.inspector.filters import EventFilter
from softphone_connector.inspector.news import ORDER, News, newest_id, news_since
from tests.softphone_connector.inspector.kept import event

pytestmark = pytest.mark.django_db


def news(seen: int, query: str = "") -> News | None:
    return news_since(EventFilter(QueryDict(query)), seen)


def some(seen: int, query: str = "") -> News:
    found = news(seen, query)
    assert found
    return found


def test_without_events_there_is_none() -> None:
    assert newest_id() == 0
    assert news(0) is None


def test_only_what_came_after_the_newest_seen() -> None:
    old, first, second = event(), event(), event()
    found = some(old.pk)
    assert list(found.ids) == [second.pk, first.pk]
    assert [line.event for line in found.lines] == [second, first]
    assert found.seen == newest_id() == second.pk
    assert not found.is_cut
    assert news(found.seen) is None


def test_the_newest_are_shown_and_all_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AT_MOST", 2)
    monkeypatch.setattr(module, "COUNTED", 4)
    rows = [event() for _ in range(5)]
    found = some(rows[0].pk)
    assert [line.event for line in found.lines] == [rows[4], rows[3]]
    assert list(found.ids) == [row.pk for row in rows[:0:-1]]
    assert not found.is_cut
    found = some(0)
    assert len(found.ids) == 4
    assert found.is_cut


def test_the_filters_count_and_what_was_looked_at_is_not_looked_at_again() -> None:
    mine, other = event(extension="201"), event(extension="202")
    found = some(0, "extension=201")
    assert list(found.ids) == [mine.pk]
    assert found.seen == other.pk
    found = some(0, "extension=999")
    assert (found.placed(), found.seen) == ([], other.pk)


def test_after_a_long_time_only_the_newest_are_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOKED_THROUGH", 2)
    rows = [event() for _ in range(5)]
    found = some(0)
    assert list(found.ids) == [rows[4].pk, rows[3].pk]
    assert found.is_cut


def test_lines_are_in_the_order_of_the_list() -> None:
    late = event()
    early = event(timezone.now() - timedelta(seconds=5))
    assert [line.event for line in some(0).lines] == [late, early]


def test_each_line_has_its_place_in_the_list() -> None:
    rows = [event() for _ in range(3)]
    (_newest, place), *_others = some(0).placed()
    found, _end = keyset.following(Event.objects.all(), ORDER, place)
    assert list(found) == [rows[1], rows[0]]
