"""Changing the number settings: what it means, and the index that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import phonenumbers
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmplus.administration.audit import Subject, note_change
from crmplus.phonebook import upkeep
from crmplus.phonebook.display import pretty
from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.normalise import NumberKind, NumberPlan, normalise
from crmplus.phonebook.plan import SECONDS, forget_plan

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SUBJECT: Final = Subject("phonebook", "number_settings")
FIELDS: Final = (
    "region",
    "area_code",
    "outside_prefix",
    "bare_international",
    "own_numbers",
    "min_internal",
    "max_internal",
    "internal_prefixes",
    "ignored_numbers",
)
# What stored numbers are read with; nobody stores an outside-line prefix.
READING: Final = frozenset(
    {
        "region",
        "area_code",
        "bare_international",
        "min_internal",
        "max_internal",
        "internal_prefixes",
    }
)
# All servers know a change by then, and what they wrote before is read anew.
SETTLED: Final = timedelta(seconds=SECONDS + 1)
FALLBACK: Final = "DE"


@dataclass(frozen=True)
class Example:
    """What a phone may send, and how it is read: a number, or why it is none."""

    sent: str
    read: str
    is_number: bool


def values_of(settings: NumberSettings) -> dict[str, Any]:
    """The settings as plain values by field."""
    return {name: getattr(settings, name) for name in FIELDS}


def reads_anew(before: NumberSettings, after: NumberSettings) -> bool:
    """Whether a change gives stored numbers another meaning."""
    return any(getattr(before, name) != getattr(after, name) for name in READING)


def records_concerned() -> int:
    """How many records are read anew when the meaning of numbers changes."""
    return sum(upkeep.totals().values())


def save_settings(
    actor: User | None, before: NumberSettings, after: NumberSettings
) -> None:
    """Store changed settings; the index follows in the background where it has to."""
    if reads_anew(before, after):
        after.index_due_at = timezone.now()
    with transaction.atomic():
        after.save()
        note_change(actor, SUBJECT, values_of(before), values_of(after))


def rebuild_if_due(now: datetime | None = None) -> bool:
    """Write the phone index anew if a change made it old; gives whether it did.

    ``now`` is in UTC; it is the present time where it is not given.
    """
    now = now or timezone.now()
    old = NumberSettings.objects.filter(pk=1, index_due_at__lte=now - SETTLED)
    due = old.values_list("index_due_at", flat=True).first()
    if due is None:
        return False
    forget_plan()
    upkeep.rebuild()
    # A change in the meantime has set another time, and is due itself.
    NumberSettings.objects.filter(pk=1, index_due_at=due).update(index_due_at=None)
    return True


def examples(plan: NumberPlan, tried: str = "") -> list[Example]:
    """Three numbers as phones send them, and one that was asked for, as a plan reads
    them.
    """
    number = phonenumbers.example_number(plan.region)
    if number is None:
        number = phonenumbers.example_number(FALLBACK)
    assert number is not None  # noqa: S101  (of that region there is one)
    national = phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.NATIONAL
    )
    local = "2312512"
    bare = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    texts = [f"{plan.outside_prefix}{national}", local, bare]
    return [_example(text, plan) for text in (*texts, tried.strip()) if text]


def _example(text: str, plan: NumberPlan) -> Example:
    number = normalise(text, plan)
    if number.e164:
        return Example(text, pretty(number.e164), is_number=True)
    return Example(text, _words(number.kind), is_number=False)


def _words(kind: NumberKind) -> str:
    words = {
        NumberKind.INTERNAL: _("An extension"),
        NumberKind.FEATURE: _("An emergency, short or star code: nobody's number"),
        NumberKind.AMBIGUOUS: _("Not clear: compared digit for digit"),
        NumberKind.ANONYMOUS: _("A withheld number"),
        NumberKind.PLACEHOLDER: _("A variable that the phone did not fill in"),
    }
    return words.get(kind) or _("No number: compared letter for letter")
