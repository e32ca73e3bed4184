"""The demo's past: who made and changed records, what is twice or deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from crmplus.records.models import Contact, Lead, Partner, Record
from crmplus.timeline.models import Change, Deed

FULL = 60
OLD_NUMBERS = ("030 901820", "0171 5550100", "040 3602910", "089 2180300")
# Each is the same person as another contact, by number.
TWICE = ("twice@muster.example", "doppelt@muster.example")
DELETED = ("Alte Anfrage", "Messekontakt", "Testeintrag")


def load() -> int:
    """Make what is not there yet; gives how many rows."""
    if Change.objects.filter(target_kind=Contact.type_key).exists():
        return 0
    return _changes() + _twice() + _deleted()


def _changes() -> int:
    users = list(get_user_model().objects.filter(is_active=True).order_by("pk")[:6])
    if not users:
        return 0
    now = timezone.now()
    rows = []
    for model in (Contact, Lead, Partner):
        for number, record in enumerate(model.objects.order_by("pk")[:FULL]):
            author = users[number % len(users)].pk
            rows += _past(record, number, author, now - timedelta(days=40 + number))
    return len(Change.objects.bulk_create(rows))


def _past(record: Record, number: int, author: int, at: datetime) -> list[Change]:
    made = Change(
        target_kind=record.type_key,
        target_id=record.pk,
        author_id=author,
        at=at,
        deed=Deed.IMPORTED if number % 3 else Deed.CREATED,
    )
    if number % 2 or not record.phone:
        return [made]
    changed = Change(
        target_kind=record.type_key,
        target_id=record.pk,
        author_id=record.owner_id or author,
        at=at + timedelta(days=30, hours=number % 7),
        deed=Deed.CHANGED,
        fields={"phone": [OLD_NUMBERS[number % len(OLD_NUMBERS)], record.phone]},
    )
    return [made, changed]


def _twice() -> int:
    known = Contact.objects.exclude(mobile="").order_by("pk")[: len(TWICE)]
    for email, same in zip(TWICE, known, strict=False):
        Contact.objects.create(
            first_name=same.first_name[:1] + ".",
            last_name=same.last_name,
            mobile=same.mobile,
            email=email,
            owner_id=same.owner_id,
        )
    return len(known)


def _deleted() -> int:
    by = get_user_model().objects.order_by("pk").first()
    for name in DELETED:
        Lead.objects.create(last_name=name).move_to_bin(by=by)
    return len(DELETED)
