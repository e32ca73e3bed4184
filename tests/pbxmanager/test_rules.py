"""The admin's rules, and how they are kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from pbxmanager import kept
from pbxmanager.rules import Rules, RuleSettings, keep_events_for, rules


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    rules.forget()
    yield
    rules.forget()


@pytest.mark.django_db
def test_without_settings_the_defaults_count() -> None:
    assert rules() == Rules()
    assert keep_events_for() == timedelta(days=14)
    assert str(RuleSettings.load()) == "rules"


@pytest.mark.django_db
def test_what_an_admin_set_counts() -> None:
    RuleSettings.objects.create(
        pk=1,
        popup_internal=False,
        popup_answered_elsewhere=False,
        missed_shared="rung",
        popup_stays=5,
        keep_events_days=3,
    )
    assert rules() == Rules(
        popup_internal=False,
        popup_answered_elsewhere=False,
        missed_shared="rung",
        popup_stays=5,
        keep_events_days=3,
    )
    assert keep_events_for() == timedelta(days=3)


@pytest.mark.django_db
def test_events_are_kept_two_days_at_least() -> None:
    RuleSettings.objects.create(pk=1, keep_events_days=0)
    assert keep_events_for() == timedelta(days=2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("keep_events_days", 1),
        ("keep_events_days", 367),
        ("popup_stays", 3601),
        ("popup_stays", -1),
        ("missed_shared", "everybody"),
    ],
)
def test_rules_that_cannot_work_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        RuleSettings(**{field: value}).full_clean(validate_unique=False)
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.django_db(transaction=True)
def test_rules_are_read_once_in_a_while_and_anew_after_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: now[0])
    assert rules().popup_stays == 60
    RuleSettings.objects.create(pk=1, popup_stays=10)
    assert rules().popup_stays == 10
    RuleSettings.objects.update(popup_stays=20)  # as another process does it
    now[0] += kept.SECONDS - 0.1
    assert rules().popup_stays == 10
    now[0] += 0.2
    assert rules().popup_stays == 20


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_forgets_the_rules() -> None:
    RuleSettings.objects.create(pk=1, popup_stays=10)
    assert rules().popup_stays == 10
    call_command("flush", interactive=False, verbosity=0)
    assert rules().popup_stays == 60


@pytest.mark.django_db
def test_what_may_be_rolled_back_is_not_remembered() -> None:
    assert rules().popup_stays == 60
    RuleSettings.objects.bulk_create([RuleSettings(pk=1, popup_stays=10)])
    assert rules().popup_stays == 10
