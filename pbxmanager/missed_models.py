"""Who called in vain, and what became of it: the missed list that a team shares."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

PARTY_LENGTH: Final = 255
NOTE_LENGTH: Final = 500
# Who said "I take it" has it for so long; then it is everybody's again.
TAKEN_FOR: Final = timedelta(minutes=30)


class MissedCaller(models.Model):
    """A caller whom nobody has reached, or had to be called back: one per number.

    An anonymous caller has no number: there each call is an entry of its own.
    ``call`` (the newest try), ``first_at``, ``last_at``, ``tries``, ``is_open`` and
    ``reached_…`` are computed from the calls by ``following_up.follow_up``; nothing
    else writes them. What people add (owner, due time, done, note) counts for the
    tries it was added to: see the properties. All times are in UTC.
    """

    party = models.CharField(max_length=PARTY_LENGTH, blank=True)
    # No constraint and no cascade: a call that is joined into another one goes at
    # once, on the way of an event; this row follows a moment later.
    call = models.ForeignKey(
        "pbxmanager.Call", models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    is_open = models.BooleanField(default=True)
    reached_at = models.DateTimeField(null=True)
    reached_by = models.ForeignKey(
        "pbxmanager.Call",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="missed_taken",
    )
    taken_at = models.DateTimeField(null=True)
    taken_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_set_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party"],
                name="one_missed_caller",
                condition=~models.Q(party=""),
            ),
            models.UniqueConstraint(
                fields=["call"],
                name="one_anonymous_call",
                condition=models.Q(party=""),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # SQLite takes no index for a bare boolean, but for its condition.
            models.Index(
                fields=["-last_at", "-id"],
                name="missed_open",
                condition=models.Q(is_open=True),
            ),
            models.Index(
                fields=["-last_at", "-id"],
                name="missed_closed",
                condition=models.Q(is_open=False),
            ),
            models.Index(fields=["owner", "-last_at", "-id"], name="missed_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.party or 'anonymous'} {self.tries}"

    def touch(self) -> None:
        """Give it a version above all that were."""
        self.version = max(self.version + 1, time.time_ns() // 1000)

    @property
    def state_seen(self) -> str:
        """A name for the entry's last try, that says nothing of when it was."""
        return salted_hmac("missed", f"{self.pk} {self.last_at}").hexdigest()[:20]

    @property
    def is_done(self) -> bool:
        """Somebody ticked it off, with the last try (``done_at``) and all before."""
        return self.done_at is not None and self.done_at >= self.last_at

    @property
    def is_reached(self) -> bool:
        """Somebody has talked with them since the last try."""
        return self.reached_at is not None

    def is_taken(self, now: datetime | None = None) -> bool:
        """Whether somebody has it in hand at a time (UTC)."""
        return (
            self.is_open
            and self.owner_id is not None
            and self.taken_at is not None
            and self.taken_at >= self.first_at
            and self.taken_until is not None
            and self.taken_until > (now or timezone.now())
        )

    def due(self, within: timedelta | None) -> datetime | None:
        """When they are to be called back: as somebody set it, else by the rule."""
        if self.due_at and self.due_set_at and self.due_set_at >= self.first_at:
            return self.due_at
        return self.first_at + within if within else None


class MissedPart(models.Model):
    """An extension that a caller tried in vain; computed, like the caller.

    It says who sees the entry. ``user`` is the one whose extension it was then, None
    for nobody's; without an extension the call popped up for them (a group's, a
    boss's), and rang at no phone of theirs. ``is_open`` is the caller's, so that a
    counter reads one index.
    """

    caller = models.ForeignKey(MissedCaller, models.CASCADE, related_name="parts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_index=False,
        related_name="+",
    )
    extension = models.CharField(max_length=64, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "is_open", "caller"], name="missed_part_user"),
            models.Index(fields=["extension", "caller"], name="missed_part_extension"),
        ]

    def __str__(self) -> str:
        return f"{self.caller_id} {self.extension}"
