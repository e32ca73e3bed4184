from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crmplus.accounts.models import User
from crmplus.timeline.changes import (
    BATCH,
    VALUE_LENGTH,
    Noted,
    change_entries,
    changes,
    note,
    note_many,
)
from crmplus.timeline.models import Change, Deed

pytestmark = pytest.mark.django_db


def test_what_changed_is_kept_with_who_did_it(anna: User) -> None:
    note("contacts", 7, by=anna, fields={"phone": ("1", "2"), "fax": ("", "")})
    change = changes("contacts", 7).get()
    assert (change.author, change.deed) == (anna, Deed.CHANGED)
    assert change.fields == {"phone": ["1", "2"]}


def test_a_change_that_changes_nothing_is_none(anna: User) -> None:
    assert note("contacts", 7, by=anna, fields={"phone": ("1", "1")}) is None
    assert not Change.objects.exists()


def test_a_deed_needs_no_fields(anna: User) -> None:
    assert note("contacts", 7, by=anna, deed=Deed.CREATED)


def test_hostile_values_are_stored_harmless() -> None:
    made = note("contacts", 7, by=None, fields={"name": (None, "a\x00b" * 1_000)})
    assert made is not None
    old, new = made.fields["name"]
    assert old == ""
    assert "\x00" not in new
    assert len(new) == VALUE_LENGTH


def test_many_are_noted_in_one_insert_for_each_batch(anna: User) -> None:
    noted = [Noted("leads", n, {"owner": ("", "Anna")}) for n in range(BATCH + 1)]
    with CaptureQueriesContext(connection) as captured:
        assert note_many([*noted, Noted("leads", 9_999)], by=anna) == BATCH + 1
    # SQLite takes so many values at once, and no more.
    inserts = [q for q in captured if q["sql"].startswith("INSERT")]
    assert len(inserts) < 10
    assert Change.objects.count() == BATCH + 1


def test_entries_are_older_than_asked_for_and_say_what_became_of_what(
    anna: User,
) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for hour in range(3):
        made = note("leads", 1, by=anna, fields={"fax": (str(hour), str(hour + 1))})
        assert made is not None
        Change.objects.filter(pk=made.pk).update(at=noon + timedelta(hours=hour))
    found = change_entries("leads", 1, noon + timedelta(hours=2), 1, label=str.upper)
    assert [entry.at for entry in found] == [noon + timedelta(hours=1)]
    detail = found[0].details[0]
    assert (detail.label, detail.old, detail.new) == ("FAX", "1", "2")
    assert found[0].title == "Anna Berger"


@pytest.mark.parametrize("deed", list(Deed))
def test_every_deed_has_words_and_an_icon(deed: Deed) -> None:
    note("leads", 1, by=None, deed=deed, about="Muster", fields={"fax": ("", "1")})
    entry = change_entries("leads", 1, None, 5)[0]
    assert entry.author
    assert entry.icon
