"""``manage.py demo``: a CRM that looks as if somebody had worked in it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crmplus import demo
from crmplus.accounts.models import User
from crmplus.management.commands import demo as command
from crmplus.phonebook.find import find
from crmplus.phonebook.models import PhoneIndex
from crmplus.records.types import TYPES
from crmplus.timeline.models import Comment
from pbxmanager.models import Call, Extension

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    env = dataclasses.replace(command.env, demo=True)
    monkeypatch.setattr(command, "env", env)


def load() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def everything() -> Counter[str]:
    models = [kind.model for kind in TYPES.values()]
    return Counter(
        {
            model.__name__: model._default_manager.count()
            for model in (User, Extension, Call, Comment, PhoneIndex, *models)
        }
    )


@pytest.mark.django_db
def test_it_brings_people_records_and_calls_and_doubles_nothing() -> None:
    load()
    made = everything()
    records = sum(made[kind.model.__name__] for kind in TYPES.values())
    assert 250 <= records <= 400
    assert made["User"] >= 8
    assert made["Call"] > 150
    assert {"admin", "anna", "ben", "karin"} <= set(
        User.objects.values_list("username", flat=True)
    )
    assert User.objects.get(username="anna").check_password("demo")
    assert Extension.objects.get(number="201").user == User.objects.get(username="anna")
    load()
    assert everything() == made


@pytest.mark.django_db
def test_most_of_its_callers_are_known_and_few_ends_got_lost() -> None:
    load()
    known = {row.party: find(row.as_number()) for row in Call.objects.all()[:40]}
    assert sum(map(bool, known.values())) > len(known) / 2
    without_end = Call.objects.filter(duration=None).count()
    assert 0 < without_end < Call.objects.count() / 20
    a_day_ago = timezone.now() - timedelta(days=1)
    old = Call.objects.filter(started_at__lt=a_day_ago)
    assert not old.filter(status__in=("ringing", "connected")).exists()
    assert set(Call.objects.values_list("direction", flat=True)) == {
        "inbound",
        "outbound",
        "internal",
    }


@pytest.mark.django_db
def test_an_interrupted_load_is_gone_on_with() -> None:
    load()
    made = everything()
    TYPES["contacts"].model._default_manager.filter(pk__lte=5).delete()
    load()
    assert everything()["Contact"] == made["Contact"]


@pytest.mark.django_db
def test_extensions_and_people_that_are_there_are_left_alone() -> None:
    mine = User.objects.create_user("anna", password="my own")
    Extension.objects.create(number="202", user=mine)
    load()
    mine.refresh_from_db()
    assert mine.check_password("my own")
    assert Extension.objects.get(number="202").user == mine


@pytest.mark.django_db
def test_it_is_for_demos_only(monkeypatch: pytest.MonkeyPatch) -> None:
    env = dataclasses.replace(command.env, demo=False)
    monkeypatch.setattr(command, "env", env)
    with pytest.raises(CommandError, match="CRMPLUS_DEMO=1"):
        load()
    assert not User.objects.exists()


def test_its_files_are_complete() -> None:
    for key in TYPES:
        rows = demo.rows(key)
        emails = [row["email"] for row in rows]
        assert all(emails)
        assert len(set(emails)) == len(rows)
    countries = {row["country"] for key in TYPES for row in demo.rows(key)}
    assert {"DE", "AT", "CH", "PL"} <= countries
