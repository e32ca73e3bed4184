"""What the audit log of settings keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import User
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.models import SettingsChange

pytestmark = pytest.mark.django_db

WHAT = Subject("pbxmanager", "endpoint_set", "Default")


def test_only_what_differs_is_kept() -> None:
    actor = User.objects.create_user("anna")
    note_change(actor, WHAT, {"slug": "a", "on": True}, {"slug": "b", "on": True})

    kept = SettingsChange.objects.get()
    assert kept.actor == actor
    assert Subject(kept.area, kept.kind, kept.what) == WHAT
    assert kept.changes == [{"field": "slug", "before": "a", "after": "b"}]


def test_nothing_is_kept_where_nothing_differs(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert note_change(None, WHAT, {"on": True}, {"on": True}) is None


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {"slug": "b"}, {"field": "slug", "before": None, "after": "b"}),
        ({"slug": "a"}, {}, {"field": "slug", "before": "a", "after": None}),
    ],
)
def test_what_was_made_or_deleted_is_kept(
    before: dict[str, str], after: dict[str, str], change: dict[str, str | None]
) -> None:
    note_change(None, WHAT, before, after)

    assert SettingsChange.objects.get().changes == [change]


def test_times_can_be_kept() -> None:
    note_change(None, WHAT, {}, {"until": datetime(2026, 1, 2, tzinfo=UTC)})

    (change,) = SettingsChange.objects.get().changes
    assert change["after"] == "2026-01-02T00:00:00Z"


def test_the_name_outlives_the_user() -> None:
    actor = User.objects.create_user("anna")
    note_change(actor, WHAT, {"on": True}, {"on": False})
    actor.delete()

    kept = SettingsChange.objects.get()
    assert (kept.actor, kept.actor_name) == (None, "anna")
    assert "endpoint_set Default" in str(kept)
