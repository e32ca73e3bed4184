"""Activities are made, done and put off here, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from crmplus.tickets import texts
from crmplus.tickets.asking import of_references
from crmplus.tickets.models import (
    NUMBER_LENGTH,
    OPEN_ACTIVITIES,
    PARTY_LENGTH,
    Activity,
    Kind,
    Reference,
    Ticket,
)
from crmplus.tickets.signals import tell

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@transaction.atomic
def create_activity(
    by: User | None,
    kind: str,
    subject: str,
    *,
    due: datetime,
    target: Reference | None = None,
    number: str = "",
    call: int | None = None,
    ticket: Ticket | None = None,
    owner: User | None = None,
    note: str = "",
) -> Activity:
    """Something to do by a time (UTC), for ``owner``, else for who writes it.

    Without a target it is about whom its ticket is about.
    """
    about = target or (ticket.target if ticket else None)
    activity = Activity(
        kind=kind,
        subject=texts.line(subject),
        note=texts.lines(note),
        target_kind=about[0] if about else "",
        target_id=about[1] if about else None,
        call=call,
        ticket=ticket,
        owner=owner or by,
        created_by=by,
        due_at=due,
        **number_fields(number),
    )
    activity.save()
    tell(activity, by, given=True)
    return activity


def schedule_call_back(
    by: User | None,
    number: str,
    due: datetime,
    *,
    target: Reference | None = None,
    call: int | None = None,
    ticket: Ticket | None = None,
    owner: User | None = None,
    subject: str = "",
    note: str = "",
) -> Activity:
    """Somebody is to be called back at a time (UTC)."""
    return create_activity(
        by,
        Kind.CALL_BACK,
        subject,
        due=due,
        target=target,
        number=number,
        call=call,
        ticket=ticket,
        owner=owner,
        note=note,
    )


@transaction.atomic
def change_activity(activity: Activity, by: User | None, **values: Any) -> None:
    """Change some fields; for a new time or owner there will be a new reminder."""
    if "number" in values:
        values |= number_fields(values["number"])
    given = "owner" in values and activity.owner != values["owner"]
    if given or values.get("due_at", activity.due_at) != activity.due_at:
        values["reminded_at"] = None
    for name, value in values.items():
        setattr(activity, name, value)
    activity.changed_at = timezone.now()
    columns = set(values) - {"target"} | {"changed_at"}
    if "target" in values:
        columns |= {"target_kind", "target_id"}
    activity.save(update_fields=columns)
    tell(activity, by, given=given)


def postpone(activity: Activity, by: User | None, due: datetime) -> None:
    """Put it off to a time (UTC)."""
    change_activity(activity, by, due_at=due)


def mark_done(activity: Activity, by: User | None, at: datetime | None = None) -> bool:
    """It is done, since ``at`` (UTC) or now. False if somebody else was quicker.

    ``activity`` is then as it has become.
    """
    rows = Activity.objects.filter(pk=activity.pk, done_at=None)
    with transaction.atomic():
        done = rows.update(done_at=at or timezone.now(), done_by=by)
        activity.refresh_from_db(from_queryset=_read())
        if done:
            tell(activity, by)
    return bool(done)


def reopen(activity: Activity, by: User | None) -> None:
    """It is to be done after all."""
    with transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(done_at=None, done_by=None)
        activity.refresh_from_db(from_queryset=_read())
        tell(activity, by)


def close_call_backs(
    by: User | None,
    at: datetime,
    *,
    party: str = "",
    targets: Collection[Reference] = (),
) -> list[Activity]:
    """The person was reached at a time (UTC): open call-backs are done; gives them.

    All to a number (``Call.party``), and all that are about one of the records. Those
    made later than ``at`` stay: they speak of another call.
    """
    which = of_references(targets)
    if party:
        which |= Q(party=party)
    rows = Activity.objects.filter(
        OPEN_ACTIVITIES, which, kind=Kind.CALL_BACK, created_at__lte=at
    )
    return [one for one in rows.order_by("pk") if mark_done(one, by, at)]


def number_fields(number: str) -> dict[str, str]:
    """A number as it was written, and what two notations of it share."""
    raw = texts.line(number, NUMBER_LENGTH)
    key = normalise(raw, number_plan().for_record()).key if raw else ""
    return {"number": raw, "party": key[:PARTY_LENGTH]}


def _read() -> Any:
    return Activity.all_objects.select_related("owner", "done_by")
