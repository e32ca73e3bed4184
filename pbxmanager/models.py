"""Calls, what phones reported of them, and whose extensions they are."""

from __future__ import annotations

import time
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmplus.phonebook.normalise import Number, NumberKind
from crmplus.recyclebin.models import SoftDeleteModel
from pbxmanager import events
from pbxmanager.blocking import BlockedNumber
from pbxmanager.dispositions import Disposition
from pbxmanager.endpoint_settings import Endpoint, EndpointSet
from pbxmanager.heard import RecordingHeard
from pbxmanager.ignoring import IgnoredReport
from pbxmanager.missed_models import MissedCaller, MissedPart
from pbxmanager.rules import RuleSettings

__all__ = [
    "BlockedNumber",
    "Call",
    "Direction",
    "Disposition",
    "Endpoint",
    "EndpointSet",
    "Event",
    "Extension",
    "IgnoredReport",
    "Leg",
    "MergedCall",
    "MissedCaller",
    "MissedPart",
    "Outcome",
    "RecordingHeard",
    "Report",
    "RuleSettings",
    "Status",
]

NUMBER_LENGTH = 255


class Direction(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    INTERNAL = "internal", _("Internal")


class Status(models.TextChoices):
    INITIAL = "initial", _("Dialling")
    RINGING = "ringing", _("Ringing")
    CONNECTED = "connected", _("Connected")
    ENDED = "ended", _("Ended")
    MISSED = "missed", _("Missed")
    NOT_REACHED = "not_reached", _("Not reached")
    LOST = "lost", _("End not reported")


class Outcome(models.TextChoices):
    RUNNING = "", _("Running")
    ANSWERED = "answered", _("Answered")
    MISSED = "missed", _("Missed")
    NOT_REACHED = "not_reached", _("Not reached")
    ANSWERED_ELSEWHERE = "answered_elsewhere", _("Answered elsewhere")
    BUSY = "busy", _("Busy")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("End not reported")


class Extension(models.Model):
    """A local line. It belongs to at most one user; a user can have several."""

    number = models.CharField(
        _("extension"), max_length=events.EXTENSION_LENGTH, unique=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="extensions",
        verbose_name=_("user"),
    )
    label = models.CharField(_("label"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("number",)

    def __str__(self) -> str:
        return self.number


def number_fields(number: Number) -> dict[str, str]:
    """A normalised number as the fields of a ``RemoteNumber``."""
    return {
        "number": number.raw[:NUMBER_LENGTH],
        "number_kind": number.kind.value,
        "e164": number.e164 or "",
        "party": number.key[:NUMBER_LENGTH],
    }


class RemoteNumber(models.Model):
    """The other party: as received, and as E.164 where it has one.

    ``party`` is what two notations of one number share (E.164, else the digits);
    empty for an anonymous caller.
    """

    number = models.CharField(_("number"), max_length=NUMBER_LENGTH, blank=True)
    number_kind = models.CharField(max_length=16, default=NumberKind.EMPTY)
    e164 = models.CharField(_("E.164"), max_length=16, blank=True)
    party = models.CharField(max_length=NUMBER_LENGTH, blank=True)

    class Meta:
        abstract = True

    def as_number(self) -> Number:
        """The normalised number again."""
        return Number(
            raw=self.number,
            kind=NumberKind(self.number_kind),
            e164=self.e164 or None,
            value=self.party or None,
        )


class Call(SoftDeleteModel, RemoteNumber):
    """One conversation: one line of the PBX Manager log.

    Everything but the comments, the chosen match, what people say came of it
    (``disposition``) and the bin is computed from its events by
    ``pbxmanager.state.summarise``; nothing else writes it. Times in UTC, ``wait`` and
    ``duration`` in seconds (see ``CallState``). ``overdue_at`` is when its end is to be
    given up. ``version`` rises with each change. One that is private (``private_at``,
    UTC) is for nobody but those at whose phones it was.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    direction = models.CharField(_("direction"), max_length=16, choices=Direction)
    status = models.CharField(_("status"), max_length=16, choices=Status)
    name = models.CharField(_("name"), max_length=events.NAME_LENGTH, blank=True)
    extension = models.CharField(
        _("extension"), max_length=events.EXTENSION_LENGTH, blank=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("user"),
    )
    clicked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dialled by"),
    )
    started_at = models.DateTimeField(_("started"))
    connected_at = models.DateTimeField(_("connected"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    wait = models.PositiveIntegerField(_("wait"), null=True)
    duration = models.PositiveIntegerField(_("duration"), null=True)
    overdue_at = models.DateTimeField(null=True)
    recording_url = models.CharField(
        _("recording"), max_length=events.URL_LENGTH, blank=True
    )
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="continued_by",
        verbose_name=_("continues"),
    )
    version = models.BigIntegerField(default=0)
    chosen_source = models.CharField(max_length=64, blank=True)
    chosen_id = models.BigIntegerField(null=True)
    private_at = models.DateTimeField(_("private since"), null=True, editable=False)
    disposition = models.ForeignKey(
        Disposition,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("outcome"),
    )

    class Meta(SoftDeleteModel.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ("-started_at", "-id")
        indexes: ClassVar[list[models.Index]] = [
            *SoftDeleteModel.Meta.indexes,
            models.Index(fields=["-started_at", "-id"], name="call_newest"),
            models.Index(fields=["party", "-started_at"], name="call_party"),
            models.Index(fields=["user", "-started_at"], name="call_user"),
            models.Index(fields=["extension", "-started_at"], name="call_extension"),
            models.Index(fields=["status", "-started_at"], name="call_status"),
            models.Index(
                fields=["chosen_source", "chosen_id", "-started_at"],
                name="call_chosen",
                # SQLite sees only of IS NOT NULL that an equality implies it.
                condition=models.Q(chosen_id__isnull=False),
            ),
            models.Index(
                fields=["disposition", "-started_at"],
                name="call_disposition",
                condition=models.Q(disposition__isnull=False),
            ),
            models.Index(
                fields=["overdue_at"],
                name="call_overdue",
                condition=models.Q(overdue_at__isnull=False),
            ),
            models.Index(
                fields=["started_at"],
                name="call_unfinished",
                condition=models.Q(
                    duration__isnull=True,
                    status__in=("initial", "lost"),
                    deleted_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.extension} {self.direction} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("pbxmanager:detail", args=[self.uid])

    def next_version(self) -> int:
        """A version above all that were: people and phones change a call side by side.

        It is a clock reading in microseconds, so that nobody has to read the row.
        """
        return max(self.version + 1, time.time_ns() // 1000)


class MergedCall(models.Model):
    """The address of a call that was joined into another one."""

    uid = models.UUIDField(primary_key=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="merged")

    def __str__(self) -> str:
        return str(self.uid)


class Report(models.Model):
    """What one source said under one call ID."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="reports")
    source = models.CharField(max_length=64)
    scope = models.CharField(max_length=events.EXTENSION_LENGTH, blank=True)
    client_call_id = models.CharField(_("call ID"), max_length=events.CALL_ID_LENGTH)
    generation = models.PositiveIntegerField(default=0)
    extension = models.CharField(max_length=events.EXTENSION_LENGTH, blank=True)
    party = models.CharField(max_length=NUMBER_LENGTH, blank=True)
    direction = models.CharField(max_length=16, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    connected_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "client_call_id", "scope", "generation"],
                name="report_identity",
            ),
        )
        indexes = (
            models.Index(fields=["source", "-last_at"], name="report_newest"),
            models.Index(fields=["client_call_id"], name="report_call_id"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.client_call_id}"


class Leg(RemoteNumber):
    """One extension's part in a call; computed, like the call."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="legs")
    extension = models.CharField(max_length=events.EXTENSION_LENGTH, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="legs",
    )
    direction = models.CharField(max_length=16, choices=Direction)
    first_at = models.DateTimeField()
    rang_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(max_length=32, choices=Outcome, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["call", "extension"], name="one_leg_per_extension"
            ),
        )
        indexes = (
            models.Index(fields=["party", "first_at"], name="leg_party"),
            models.Index(fields=["extension", "first_at"], name="leg_extension"),
            models.Index(fields=["user", "first_at"], name="leg_user"),
            # "Has this user a part in this call?" is asked for every line of a list;
            # with what came of it, the list of missed calls reads the index alone.
            models.Index(
                fields=["user", "call", "outcome", "direction"], name="leg_user_call"
            ),
        )

    def __str__(self) -> str:
        return f"{self.extension} {self.direction} {self.number}"


class Event(RemoteNumber):
    """A raw event, kept for a while: with its call, or refused, with its source.

    ``refused`` is the reason's code (see ``recorder.Refusal``), empty for an
    accepted event.
    """

    report = models.ForeignKey(Report, models.CASCADE, null=True, related_name="events")
    source = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    extension = models.CharField(max_length=events.EXTENSION_LENGTH, blank=True)
    number_stated = models.BooleanField(default=True)
    direction = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=events.NAME_LENGTH, blank=True)
    cause = models.CharField(max_length=32, blank=True)
    stated_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    duration = models.PositiveIntegerField(null=True)
    recording_url = models.CharField(max_length=events.URL_LENGTH, blank=True)
    raw = models.JSONField(default=dict)
    refused = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["received_at"], name="event_received"),
            models.Index(
                fields=["source", "-received_at"],
                name="event_refused",
                condition=~models.Q(refused=""),
            ),
            # Ascending: read backwards it is in the order of lists, the key included.
            models.Index(
                fields=["received_at"],
                name="event_refused_newest",
                condition=~models.Q(refused=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.extension} {self.number}"

    @classmethod
    def of(
        cls, event: events.CallEvent, report: Report | None, refused: str = ""
    ) -> Event:
        """A row that keeps an event."""
        return cls(
            report=report,
            source=event.source,
            kind=event.kind,
            extension=event.extension,
            number_stated=event.number_stated,
            direction=event.direction,
            name=event.name,
            cause=event.cause,
            stated_at=event.stated_at,
            received_at=event.received_at,
            duration=event.duration,
            recording_url=event.recording_url,
            raw=event.raw,
            refused=refused,
            **number_fields(event.number),
        )

    def as_event(self) -> events.CallEvent:
        """The event again, as it was recorded, but for its raw form."""
        return events.CallEvent(
            kind=events.EventKind(self.kind),
            source=self.source,
            extension=self.extension,
            number=self.as_number(),
            number_stated=self.number_stated,
            direction=events.Direction(self.direction),
            name=self.name,
            cause=events.Cause(self.cause),
            stated_at=self.stated_at,
            received_at=self.received_at,
            duration=self.duration,
            recording_url=self.recording_url,
        )
