"""What is counted, which days are to be counted anew, and who may be shown."""

from __future__ import annotations

import time
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pbxmanager import events
from pbxmanager.models import Direction

NAME_LENGTH: Final = 64
# Higher whenever calls are counted otherwise than before: 2 with what people say came
# of them, 3 with the months that are not over yet.
WAY: Final = 3


class Grain(models.IntegerChoices):
    """The time that a row covers."""

    DAY = 1
    MONTH = 2


class Detail(models.IntegerChoices):
    """What a row tells apart beside direction and result.

    The same calls in every detail, so that no page reads more rows than it needs.
    ``CHOSEN`` has what people say came of the calls, ``CHOSEN_BY`` with the people.
    """

    HOURS = 1
    PEOPLE = 2
    ALL = 3
    CHOSEN = 4
    CHOSEN_BY = 5


class Count(models.Model):
    """Calls of a day or month that are alike: a sum over calls, and nothing else.

    Of the month that is not over yet a row has the days that are.

    ``start`` is the day, or the first of the month. ``hour`` and ``weekday`` (0 is
    Monday) are the installation's; -1 where the detail has no hours. Where it has no
    people ``user`` is None and ``extension`` empty. ``disposition`` is the ID of the
    chosen one, 0 where none was chosen, None where the detail does not tell them
    apart. All but ``longest`` are sums, in seconds where they are times: ``talk`` over
    the ``talked`` calls whose talk is known, ``wait`` over the ``waited`` ones;
    ``back`` counts those called back.
    """

    grain = models.SmallIntegerField(choices=Grain)
    detail = models.SmallIntegerField(choices=Detail)
    start = models.DateField()
    weekday = models.SmallIntegerField(default=-1)
    hour = models.SmallIntegerField(default=-1)
    direction = models.CharField(max_length=16, choices=Direction)
    result = models.CharField(max_length=16)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
    )
    extension = models.CharField(max_length=events.EXTENSION_LENGTH, blank=True)
    # Null, and no key to another table: so a million rows get it within a moment.
    disposition = models.BigIntegerField(null=True)
    calls = models.PositiveIntegerField()
    talk = models.PositiveBigIntegerField()
    talked = models.PositiveIntegerField()
    wait = models.PositiveBigIntegerField()
    waited = models.PositiveIntegerField()
    longest = models.PositiveIntegerField()
    back = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grain", "detail", "start"], name="count_when"),
            models.Index(
                fields=["user", "grain", "detail", "start"], name="count_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} {self.direction} {self.result} {self.calls}"


class StaleDay(models.Model):
    """A day to be counted anew. ``token`` changes whenever that is noted again."""

    day = models.DateField(primary_key=True)
    token = models.BigIntegerField(default=time.time_ns)

    def __str__(self) -> str:
        return str(self.day)


class ChangedCall(models.Model):
    """A call that a person changed, so that its days are to be counted anew."""

    call = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.call)


class Upkeep(models.Model):
    """How far the counting has come: one row, none before it first began.

    ``run_at`` (UTC) and ``event`` (a raw event's ID) say up to where changes were
    looked for, ``older_event`` the same for the time before: an event gets its ID
    before it is committed. ``zone`` and ``way`` say how days were counted: where
    either is another one now, all are counted anew. ``today_at`` (UTC) says when the
    calls of that day were last counted for all pages; None where pages count them.
    """

    zone = models.CharField(max_length=64)
    run_at = models.DateTimeField()
    event = models.BigIntegerField(default=0)
    older_event = models.BigIntegerField(default=0)
    way = models.SmallIntegerField(default=1)
    today_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.run_at)


class ShownPerson(models.Model):
    """Somebody whose own figures others may see, because an admin switched that on."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.user)


class WallBoardLink(models.Model):
    """A secret address that shows the wall board without signing in.

    Only the SHA-256 of the secret is kept. Times in UTC.
    """

    name = models.CharField(_("place"), max_length=NAME_LENGTH)
    hash = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
