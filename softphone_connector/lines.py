"""The lines of a user: an extension, the phone behind it, and how it is used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crmplus.administration import audit
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.models import SettingsChange
from pbxmanager.models import Extension
from softphone_connector.dial_templates import TEMPLATE_LENGTH
from softphone_connector.preferences import (
    DialPreference,
    dialling_extension,
    preference_of,
    validate_template,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA = "softphone_connector"
LINE = "line"
PROFILE_LENGTH = 64


class Device(models.TextChoices):
    """What stands at the end of a line."""

    DESK = "desk", gettext_lazy("Desk phone")
    SOFTPHONE = "softphone", gettext_lazy("Softphone")
    APP = "app", gettext_lazy("App")
    MOBILE = "mobile", gettext_lazy("Mobile phone")


class Line(models.Model):
    """How a user uses an extension of theirs; without a row the defaults count.

    ``profile`` is the slug of the client's profile, "" for none. ``template`` is the
    dial template, "" for the one of the profile. ``pops_up`` shows its calls as cards.
    ``revision`` rises with each change.
    """

    extension = models.OneToOneField(
        Extension,
        models.CASCADE,
        related_name="line",
        verbose_name=gettext_lazy("extension"),
    )
    device = models.CharField(
        gettext_lazy("device"), max_length=16, choices=Device, default=Device.DESK
    )
    profile = models.CharField(
        gettext_lazy("client"), max_length=PROFILE_LENGTH, blank=True
    )
    template = models.CharField(
        gettext_lazy("dial method"),
        max_length=TEMPLATE_LENGTH,
        blank=True,
        validators=[validate_template],
    )
    pops_up = models.BooleanField(gettext_lazy("show incoming calls"), default=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = gettext_lazy("line")
        verbose_name_plural = gettext_lazy("lines")

    def __str__(self) -> str:
        return str(self.extension)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """What one sets for a line; ``dials``: a click on a number dials from it."""

    label: str = ""
    device: str = Device.DESK
    profile: str = ""
    template: str = ""
    pops_up: bool = True
    dials: bool = False


class ExtensionTakenError(Exception):
    """The extension belongs to somebody else."""


class ChangedMeanwhileError(Exception):
    """Somebody else has changed the line since its form was made."""


def line_of(extension: Extension) -> Line:
    """The line of an extension, with unsaved defaults where nothing was set."""
    found: Line | None = getattr(extension, "line", None)
    return found or Line(extension=extension)


def lines_of(user: User) -> list[Line]:
    """A user's lines by their numbers; one query."""
    own = user.extensions.select_related("line").order_by("number")
    return [line_of(extension) for extension in own]


def settings_of(line: Line, user: User) -> LineSettings:
    """What is set for a user's line."""
    return LineSettings(
        label=line.extension.label,
        device=line.device,
        profile=line.profile,
        template=line.template,
        pops_up=line.pops_up,
        dials=dialling_extension(preference_of(user)) == line.extension.number,
    )


def add_line(user: User, number: str, given: LineSettings, actor: User) -> Line:
    """Give a user a free extension, or one that did not exist yet, as a line.

    Raises ExtensionTakenError.
    """
    with transaction.atomic():
        extension, _made = Extension.objects.select_for_update(
            of=("self",)
        ).get_or_create(number=number)
        if extension.user_id not in {None, user.pk}:
            raise ExtensionTakenError
        # What somebody else once set for it is not this user's.
        Line.objects.filter(extension=extension).delete()
        extension.user = user
        line = Line(extension=extension)
        _write(line, given, user)
        # The first line dials, whether or not that was ticked.
        after = asdict(settings_of(line, user))
        note_change(actor, _subject(line, user), {}, after)
    return line


def change_line(
    user: User, line: Line, given: LineSettings, revision: int, actor: User
) -> None:
    """Store what was set for a line. Raises ChangedMeanwhileError and saves nothing
    where the line is no longer at the revision that the form was made from."""
    with transaction.atomic():
        extension = (
            Extension.objects.select_for_update(of=("self",))
            .select_related("line")
            .get(pk=line.extension.pk)
        )
        now = line_of(extension)
        if now.revision != revision or extension.user_id != user.pk:
            raise ChangedMeanwhileError
        before = asdict(settings_of(now, user))
        _write(now, given, user)
        after = asdict(settings_of(now, user))
        note_change(actor, _subject(now, user), before, after)


def remove_line(user: User, line: Line, actor: User) -> None:
    """Take a line from a user: the extension is free then, its own keys are revoked."""
    with transaction.atomic():
        before = asdict(settings_of(line, user))
        subject = _subject(line, user)
        user.softphone_keys.filter(extension=line.extension, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        Line.objects.filter(extension=line.extension).delete()
        user.extensions.filter(pk=line.extension.pk).update(user=None, label="")
        DialPreference.objects.filter(user=user, extension=line.extension).update(
            extension=None
        )
        note_change(actor, subject, before, {})


def last_change(line: Line, user: User) -> SettingsChange | None:
    """Who changed a line last, and when."""
    return audit.last_change(_subject(line, user))


def _write(line: Line, given: LineSettings, user: User) -> None:
    line.device = given.device
    line.profile = given.profile
    line.template = given.template
    line.pops_up = given.pops_up
    line.revision += 1
    line.save()
    line.extension.label = given.label
    line.extension.save(update_fields=["label", "user"])
    preference = preference_of(user)
    was_chosen = preference.extension_id == line.extension.pk
    if given.dials != was_chosen:
        preference.extension = line.extension if given.dials else None
        preference.save()


def _subject(line: Line, user: User) -> Subject:
    return Subject(AREA, LINE, f"{line.extension.number} ({user})")
