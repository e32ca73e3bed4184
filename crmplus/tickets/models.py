"""Tickets and activities, and the words of tickets.

Both know records and calls as references only: a kind ("contacts", "call") and a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.tickets import texts
from crmplus.tickets.kinds import Kind as Kind
from crmplus.tickets.kinds import Priority as Priority
from crmplus.tickets.kinds import Status as Status
from crmplus.tickets.times import NEVER
from crmplus.tickets.word_models import TicketWord as TicketWord

if TYPE_CHECKING:
    from datetime import datetime

Reference = tuple[str, int]
KIND_LENGTH = 32
NUMBER_LENGTH = 64
PARTY_LENGTH = 255
TICKET = "ticket"


def user_key(label: Any, **options: Any) -> Any:
    """A user who may leave one day; what was theirs stays."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        **options,
    )


class Work(SoftDeleteModel):
    """What tickets and activities share: whom it is about, who does it, who wrote it.

    ``target_kind`` and ``target_id`` name a record as the phonebook does; "" and None
    for nobody. ``call`` is the key of the call it came from.
    """

    target_kind = models.CharField(max_length=KIND_LENGTH, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    call = models.BigIntegerField(null=True, blank=True)
    owner = user_key(_("owner"), blank=True)
    created_by = user_key(_("created by"), editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta(SoftDeleteModel.Meta):
        abstract = True

    @property
    def target(self) -> Reference | None:
        """The record it is about."""
        return (self.target_kind, self.target_id) if self.target_id else None

    @target.setter
    def target(self, reference: Reference | None) -> None:
        self.target_kind, self.target_id = reference or ("", None)


OPEN_TICKETS = Q(closed_at__isnull=True, deleted_at__isnull=True)
OPEN_ACTIVITIES = Q(done_at__isnull=True, deleted_at__isnull=True)


class Ticket(Work):
    """Something a customer wants, until it is closed. Its key is its number.

    ``due_order`` is ``due_at``, or far away where there is none: what lists sort by.
    ``closed_at`` (UTC) is set exactly while it is closed.
    """

    subject = models.CharField(_("subject"), max_length=texts.SUBJECT_LENGTH)
    description = models.TextField(
        _("description"), max_length=texts.TEXT_LENGTH, blank=True
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.OPEN
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    due_order = models.DateTimeField(default=NEVER, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = user_key(_("closed by"), editable=False)

    class Meta(Work.Meta):
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | (~Q(status=Status.CLOSED) & Q(closed_at__isnull=True)),
                name="tickets_ticket_closed_at",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(fields=["-changed_at", "-id"], name="tickets_ticket_changed"),
            models.Index(
                fields=["owner", "-changed_at", "-id"], name="tickets_ticket_owner"
            ),
            models.Index(
                fields=["created_by", "-changed_at", "-id"],
                name="tickets_ticket_created_by",
            ),
            models.Index(
                fields=["owner", "due_order", "id"],
                name="tickets_ticket_open_owner",
                condition=OPEN_TICKETS,
            ),
            models.Index(
                fields=["due_order", "id"],
                name="tickets_ticket_open_due",
                condition=OPEN_TICKETS,
            ),
            models.Index(
                fields=["-priority", "-id"],
                name="tickets_ticket_open_priority",
                condition=OPEN_TICKETS,
            ),
            models.Index(
                fields=["target_kind", "target_id", "-created_at"],
                name="tickets_ticket_target",
            ),
            models.Index(
                fields=["target_kind", "target_id", "-closed_at"],
                name="tickets_ticket_target_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["call"],
                name="tickets_ticket_call",
                condition=Q(call__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def save(self, *args: Any, **options: Any) -> None:
        self.due_order = self.due_at or NEVER
        fields = options.get("update_fields")
        if fields is not None and "due_at" in fields:
            options["update_fields"] = {*fields, "due_order"}
        super().save(*args, **options)

    def get_absolute_url(self) -> str:
        return reverse("tickets:ticket", args=[self.pk])

    @property
    def number(self) -> str:
        """The number for people: "T-1042"."""
        return f"T-{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time has come and it is not closed."""
        return not self.is_closed and self.due_at is not None and self.due_at <= now


class Activity(Work):
    """Something a user is to do at a time: a call-back, a call, a task, a meeting.

    ``number`` is the number to call as it was written, ``party`` what two notations of
    it share (E.164, else the digits), as calls have it. ``reminded_at`` is when its
    owner was told that it is due.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.TASK)
    subject = models.CharField(
        _("subject"), max_length=texts.SUBJECT_LENGTH, blank=True
    )
    note = models.TextField(
        pgettext_lazy("activity", "note"), max_length=texts.TEXT_LENGTH, blank=True
    )
    number = models.CharField(_("number"), max_length=NUMBER_LENGTH, blank=True)
    party = models.CharField(max_length=PARTY_LENGTH, blank=True, editable=False)
    ticket = models.ForeignKey(
        Ticket,
        verbose_name=_("ticket"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="activities",
        db_index=False,
    )
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = user_key(_("done by"), editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)

    class Meta(Work.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(
                fields=["owner", "due_at", "id"],
                name="tickets_activity_open_owner",
                condition=OPEN_ACTIVITIES,
            ),
            models.Index(
                fields=["created_by", "due_at", "id"],
                name="tickets_activity_open_creator",
                condition=OPEN_ACTIVITIES,
            ),
            models.Index(
                fields=["due_at", "id"],
                name="tickets_activity_open_due",
                condition=OPEN_ACTIVITIES,
            ),
            models.Index(
                fields=["due_at"],
                name="tickets_activity_remind",
                condition=OPEN_ACTIVITIES & Q(reminded_at__isnull=True),
            ),
            models.Index(
                fields=["party"],
                name="tickets_activity_open_party",
                condition=OPEN_ACTIVITIES,
            ),
            models.Index(
                fields=["-done_at", "-id"],
                name="tickets_activity_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                fields=["owner", "-done_at", "-id"],
                name="tickets_activity_done_owner",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                fields=["target_kind", "target_id", "due_at"],
                name="tickets_activity_target",
            ),
            models.Index(
                fields=["target_kind", "target_id", "-done_at"],
                name="tickets_activity_target_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                fields=["ticket", "due_at"],
                name="tickets_activity_ticket",
                # Most have none: counted in, an index of all would seem worthless.
                condition=Q(ticket__isnull=False),
            ),
            models.Index(
                fields=["call"],
                name="tickets_activity_call",
                condition=Q(call__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("tickets:activity", args=[self.pk])

    @property
    def e164(self) -> str:
        """The number to call as E.164, "" where it has none."""
        return self.party if self.party.startswith("+") else ""

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time has come and it is not done."""
        return not self.is_done and self.due_at <= now
