"""The demo's tickets and activities: some past, some today, some to come."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from crmplus import demo, hooks
from crmplus.tickets import times
from crmplus.tickets.models import Activity, Priority, Reference, Status, Ticket
from crmplus.tickets.todo import number_fields
from crmplus.tickets.writing import index
from crmplus.timeline.changes import note
from crmplus.timeline.models import Comment, Deed

PRIORITIES = {"low": Priority.LOW, "normal": Priority.NORMAL, "high": Priority.HIGH}
TICKET = "ticket"


def load() -> int:
    """Make the tickets and activities, once."""
    # The demo's calls may have brought a call-back already.
    if Ticket.all_objects.exists():
        return 0
    return _Play().load()


class _Play:
    def __init__(self) -> None:
        self.now = timezone.localtime()
        self.users = {user.username: user for user in get_user_model().objects.all()}
        self.sources = {one.key: one for one in hooks.registered(hooks.PhoneSource)}

    def load(self) -> int:
        rows, todo = demo.rows("tickets"), demo.rows("activities")
        tickets = {row["subject"]: self._ticket(row) for row in rows}
        index(list(tickets.values()))
        Activity.objects.bulk_create(self._activity(row, tickets) for row in todo)
        return len(rows) + len(todo)

    def _ticket(self, row: dict[str, Any]) -> Ticket:
        made = self.now - timedelta(days=row["days_ago"], hours=1)
        closed = self._ago(row.get("closed_days_ago"))
        ticket = Ticket(
            subject=row["subject"],
            description=row.get("description", ""),
            status=Status(row["status"]),
            priority=PRIORITIES[row["priority"]],
            owner=self.users.get(row["owner"] or ""),
            created_by=self.users.get(row["by"]),
            created_at=made,
            changed_at=closed or made,
            due_at=self._at(row["due"]) if "due" in row else None,
            closed_at=closed,
            closed_by=self.users.get(row["owner"] or "") if closed else None,
        )
        ticket.target = self._about(row)[0]
        ticket.save()
        made_note = note(TICKET, ticket.pk, by=ticket.created_by, deed=Deed.CREATED)
        if made_note:
            made_note.at = made
            made_note.save(update_fields=["at"])
        if text := row.get("comment"):
            Comment.objects.create(
                target_kind=TICKET,
                target_id=ticket.pk,
                author=ticket.owner,
                text=text,
                created_at=made + timedelta(minutes=50),
            )
        return ticket

    def _activity(self, row: dict[str, Any], tickets: dict[str, Ticket]) -> Activity:
        target, number = self._about(row)
        owner, done = self.users.get(row["owner"]), self._ago(row.get("done_days_ago"))
        due = self._at(row["due"])
        activity = Activity(
            kind=row["kind"],
            subject=row.get("subject", ""),
            note=row.get("note", ""),
            ticket=tickets.get(row.get("ticket", "")),
            owner=owner,
            created_by=owner,
            created_at=min(due, self.now) - timedelta(days=1),
            due_at=due,
            done_at=done,
            done_by=owner if done else None,
            # Nobody wants to be reminded of all that at once.
            reminded_at=due if due <= self.now else None,
            **(number_fields(number) if row["kind"].startswith("call") else {}),
        )
        activity.target = target
        return activity

    def _about(self, row: dict[str, Any]) -> tuple[Reference | None, str]:
        """The record that a row names by its e-mail address, and its number."""
        source = self.sources.get(row.get("target", ""))
        if source is None:
            return None, ""
        record = source.model._default_manager.filter(email=row["email"]).first()
        if record is None:
            return None, ""
        numbers = [getattr(record, name) for name in source.fields]
        return (source.key, record.pk), next(filter(None, numbers), "")

    def _at(self, due: list[Any]) -> datetime:
        days, clock = due
        day = self.now.date() + timedelta(days=days)
        return times.on_the_clock(day, time.fromisoformat(clock), self.now)

    def _ago(self, days: int | None) -> datetime | None:
        return None if days is None else self.now - timedelta(days=days)
