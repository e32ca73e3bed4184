"""Tickets and activities as lists show them: with their records, and in good words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from crmplus import words
from crmplus.phonebook import display
from crmplus.phonebook.records import Record, load
from crmplus.tickets import times
from crmplus.tickets.fields import label
from crmplus.tickets.models import Activity, Kind, Reference, Status, Ticket, Work

if TYPE_CHECKING:
    from crmplus.accounts.models import User

KIND_ICONS = {
    Kind.CALL_BACK: "phone-calling",
    Kind.CALL: "phone-outgoing",
    Kind.TASK: "checkbox",
    Kind.MEETING: "calendar-event",
}
STATUS_ICONS = {
    Status.OPEN: "circle-dot",
    Status.WAITING: "hourglass",
    Status.CLOSED: "circle-check",
}
TICKET_ICON = "ticket"


class Bucket(StrEnum):
    """Under which heading of a list an activity stands."""

    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"
    LATER = "later"


HEADINGS = {
    Bucket.OVERDUE: gettext_lazy("Overdue"),
    Bucket.TODAY: gettext_lazy("Today"),
    Bucket.TOMORROW: gettext_lazy("Tomorrow"),
    Bucket.WEEK: gettext_lazy("In the next days"),
    Bucket.LATER: gettext_lazy("Later"),
}


@dataclass(frozen=True)
class TicketRow:
    """A ticket in a list; ``record`` is whom it is about, as far as one sees it."""

    ticket: Ticket
    record: Record | None
    is_overdue: bool

    @property
    def status_icon(self) -> str:
        return STATUS_ICONS[Status(self.ticket.status)]


@dataclass(frozen=True)
class ActivityRow:
    """An activity in a list; ``bucket`` is its heading, "" once it is done."""

    activity: Activity
    record: Record | None
    is_overdue: bool
    bucket: str

    @property
    def icon(self) -> str:
        return KIND_ICONS[Kind(self.activity.kind)]

    @property
    def title(self) -> str:
        """What is to be done; never empty."""
        return title(self.activity, self.record)

    @property
    def short_title(self) -> str:
        """The same where the record and the number stand beside it."""
        return self.activity.subject or str(self.activity.get_kind_display())

    @property
    def heading(self) -> str:
        """The words of its bucket."""
        return str(HEADINGS[Bucket(self.bucket)]) if self.bucket else ""


@dataclass(frozen=True)
class Pick:
    """A quick choice of a time, in words."""

    key: str
    label: str
    at: datetime


def picks() -> list[Pick]:
    """The quick choices that are on offer now."""
    found = times.choices(timezone.localtime())
    return [Pick(choice.key, label(choice), choice.at) for choice in found]


def title(activity: Activity, record: Record | None = None) -> str:
    """What is to be done, in words: "Call back Anna Schmidt" where nobody wrote any."""
    if activity.subject:
        return activity.subject
    kind = str(activity.get_kind_display())
    whom = record.title if record else display.pretty(activity.party)
    whom = whom or activity.number
    return f"{kind}: {whom}" if whom else kind


def due_words(at: datetime, now: datetime) -> str:
    """When something is due: "14:00", "yesterday, 9:00", "Mon, 9:00", "4 March".

    Unlike what has happened, what is due within the hour keeps its time of day.
    """
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = date_format(local, "TIME_FORMAT")
    days = (local.date() - today.date()).days
    if days == 0:
        return clock
    if -days in words.NEAR:
        return words.NEAR[-days]() % {"time": clock}
    if abs(days) < 7:
        return f"{date_format(local, 'D')}, {clock}"
    same_year = local.year == today.year
    return date_format(local, "MONTH_DAY_FORMAT" if same_year else "SHORT_DATE_FORMAT")


def records_of(rows: Iterable[Work], user: User) -> dict[Reference, Record]:
    """The records that some rows are about; one query for each kind of records."""
    return load({row.target for row in rows if row.target}, user)


def ticket_rows(tickets: Sequence[Ticket], user: User) -> list[TicketRow]:
    """Tickets with their records."""
    records, now = records_of(tickets, user), timezone.now()
    return [
        TicketRow(
            ticket=ticket,
            record=records.get(ticket.target) if ticket.target else None,
            is_overdue=ticket.is_overdue(now),
        )
        for ticket in tickets
    ]


def activity_rows(activities: Sequence[Activity], user: User) -> list[ActivityRow]:
    """Activities with their records and headings."""
    records, now = records_of(activities, user), timezone.now()
    return [
        ActivityRow(
            activity=activity,
            record=records.get(activity.target) if activity.target else None,
            is_overdue=activity.is_overdue(now),
            bucket="" if activity.is_done else bucket(activity.due_at, now),
        )
        for activity in activities
    ]


def bucket(due: datetime, now: datetime) -> Bucket:
    """Under which heading stands what is due at a time; days are the user's."""
    if due <= now:
        return Bucket.OVERDUE
    days = (timezone.localtime(due).date() - timezone.localtime(now).date()).days
    if days == 0:
        return Bucket.TODAY
    if days == 1:
        return Bucket.TOMORROW
    return Bucket.WEEK if days < 7 else Bucket.LATER
