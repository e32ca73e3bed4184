"""Groups, deputies, and what people say of their workplace."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmplus.recyclebin.models import SoftDeleteModel
from pbxmanager.events import EXTENSION_LENGTH
from pbxmanager.models import Call, Extension
from pbxmanager.workplace import rules

NAME_LENGTH: Final = 64
MAX_WRAP_UP: Final = 3600  # seconds
MAX_PAUSE: Final = 24 * 60  # minutes
USER = settings.AUTH_USER_MODEL


class Status(models.TextChoices):
    """The workplace statuses in words; see ``rules.Status``."""

    AVAILABLE = rules.Status.AVAILABLE.value, _("Available")
    SIGNED_IN = rules.Status.SIGNED_IN.value, _("Signed in")
    NOT_AVAILABLE = rules.Status.NOT_AVAILABLE.value, _("Not available")
    WRAP_UP = rules.Status.WRAP_UP.value, _("Wrap-up")
    PAUSE = rules.Status.PAUSE.value, _("Break")
    SIGNED_OUT = rules.Status.SIGNED_OUT.value, _("Signed out")


class PauseIcon(models.TextChoices):
    """What a break can look like."""

    COFFEE = "coffee", _("Cup")
    LUNCH = "tools-kitchen-2", _("Knife and fork")
    MEETING = "users-group", _("Meeting")
    TRAINING = "school", _("Training")
    AWAY = "door-exit", _("Door")
    HOURGLASS = "hourglass", _("Hourglass")


class Group(SoftDeleteModel):
    """People who take the calls of a number together.

    ``wrap_up`` is how many seconds each has after a call, 0 for none. With
    ``needs_sign_in`` only members who signed in to it get its calls.
    """

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    wrap_up = models.PositiveIntegerField(
        _("wrap-up"),
        default=0,
        validators=[MaxValueValidator(MAX_WRAP_UP)],
        help_text=_("Seconds after each call in which the next one waits. 0: none."),
    )
    needs_sign_in = models.BooleanField(
        _("members sign in"),
        default=True,
        help_text=_("Off: all members get its calls whenever they are available."),
    )

    class Meta(SoftDeleteModel.Meta):
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class GroupNumber(models.Model):
    """An internal number whose calls are a group's."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="numbers")
    number = models.CharField(_("number"), max_length=EXTENSION_LENGTH, db_index=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "number"], name="one_number_per_group"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Membership(models.Model):
    """Somebody in a group; ``is_signed_in`` is theirs to switch."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(USER, models.CASCADE, related_name="memberships")
    is_signed_in = models.BooleanField(_("signed in"), default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "user"], name="one_membership_per_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.group}"


class Deputy(models.Model):
    """``assistant`` takes calls for ``boss`` while ``is_signed_in``, and with
    ``dials`` also places them in the boss's name."""

    boss = models.ForeignKey(
        USER, models.CASCADE, related_name="deputies", verbose_name=_("for")
    )
    assistant = models.ForeignKey(
        USER, models.CASCADE, related_name="bosses", verbose_name=_("deputy")
    )
    is_signed_in = models.BooleanField(_("signed in"), default=False)
    dials = models.BooleanField(_("dials for them"), default=False)

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["boss", "assistant"], name="one_deputy_per_pair"
            ),
            models.CheckConstraint(
                condition=~models.Q(boss=models.F("assistant")),
                name="nobody_is_their_own_deputy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assistant} – {self.boss}"


class Pause(SoftDeleteModel):
    """A kind of break; ``minutes`` is how long it should last at most, if limited."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    icon = models.CharField(
        _("icon"), max_length=32, choices=PauseIcon, default=PauseIcon.COFFEE
    )
    minutes = models.PositiveIntegerField(
        _("minutes at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PAUSE)],
        help_text=_("Longer ones are marked. Empty: as long as it takes."),
    )

    class Meta(SoftDeleteModel.Meta):
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """Its key as a text, for the value of a button."""
        return str(self.pk)


class Timed(models.Model):
    """A workplace status and the break it is, if it is one."""

    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.AVAILABLE
    )
    pause = models.ForeignKey(
        Pause, models.SET_NULL, null=True, related_name="+", verbose_name=_("break")
    )

    class Meta:
        abstract = True


class Workplace(Timed):
    """The present status of a user; without a row they are available.

    ``since`` and ``until`` in UTC: a wrap-up ends then, a break should. ``by_itself``:
    the sign-out of the CRM set it. ``version`` rises with each change.
    """

    user = models.OneToOneField(
        USER, models.CASCADE, primary_key=True, related_name="workplace"
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    by_itself = models.BooleanField(default=False)
    version = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["until"],
                name="workplace_wrap_up",
                condition=models.Q(status="wrap_up"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_status_display()}"

    @property
    def shift(self) -> rules.Shift:
        """The status as the rules take it."""
        return rules.Shift(rules.Status(self.status), self.since, self.until)


class StatusSpan(Timed):
    """How long somebody had a status (UTC); ``ended_at`` is empty while it lasts."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="status_spans")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_status_span",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "started_at"], name="status_span_user"),
            models.Index(fields=["started_at"], name="status_span_started"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.status} {self.started_at}"


class SignOfLife(models.Model):
    """When a user's page was last open, and last used (UTC)."""

    user = models.OneToOneField(
        USER, models.CASCADE, primary_key=True, related_name="sign_of_life"
    )
    seen_at = models.DateTimeField(db_index=True)
    active_at = models.DateTimeField()
    watches_until = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.seen_at}"


class MainNumber(models.Model):
    """The one internal number that colleagues see of somebody with several phones."""

    user = models.OneToOneField(
        USER, models.CASCADE, primary_key=True, related_name="main_number"
    )
    extension = models.ForeignKey(Extension, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.user}: {self.extension}"


class Pin(models.Model):
    """A colleague whom somebody wants to see first."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="pins")
    colleague = models.ForeignKey(USER, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "colleague"], name="one_pin")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.colleague}"


class Reason(models.TextChoices):
    """Why somebody has a part in a call that did not ring at a phone of theirs."""

    GROUP = "group", _("Call of a group")
    DEPUTY = "deputy", _("Call for somebody else")
    DIALLED = "dialled", _("Dialled in their name")


class CallShare(models.Model):
    """A user's part in a call that rang at none of their phones.

    ``group`` or ``boss`` say whose call popped up for them; a boss has the calls that
    were dialled in their name, without a popup.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="shares")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="+")
    boss = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "user"], name="one_share_per_call")
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "call"], name="call_share_user")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_reason_display()}"
