"""Form fields of tickets and activities: when, about whom, and whose."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.accounts.fields import UserChoiceField
from crmplus.accounts.models import Role
from crmplus.phonebook.records import Record, resolve
from crmplus.tickets import times
from crmplus.tickets.models import Reference

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FIRST_YEAR, LAST_YEAR = 1970, 2199
TARGET = re.compile(r"([a-z_-]{1,32}):([1-9][0-9]{0,17})")
OTHER = ""


def parse_target(text: str) -> Reference | None:
    """The record that "contacts:7" names; None for anything else."""
    found = TARGET.fullmatch(text)
    return (found[1], int(found[2])) if found else None


class LocalTimeField(forms.Field):
    """A time as it is picked in the user's zone; the moment comes out.

    Where clocks skip the time or show it twice, see ``times.on_the_clock``.
    """

    widget = forms.DateTimeInput(
        format="%Y-%m-%dT%H:%M",
        attrs={"type": "datetime-local", "class": "form-control"},
    )

    def prepare_value(self, value: Any) -> Any:
        """What the widget shows."""
        return timezone.localtime(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """The moment. Raises ValidationError."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            at = parse_datetime(text)
        except ValueError:
            at = None
        if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValidationError(_("Pick a day and a time."))
        if timezone.is_aware(at):
            return at
        return times.on_the_clock(at.date(), at.time(), timezone.localtime())


def users_who_work(also: int | None = None) -> QuerySet[User]:
    """Whom a ticket or an activity may be given to; ``also`` keeps one who has left."""
    able = Q(is_active=True) & ~Q(role=Role.STATISTICS) | Q(pk=also)
    rows = get_user_model()._default_manager.filter(able)
    return rows.order_by("first_name", "last_name", "username")


class OwnerField(UserChoiceField):
    """Who does it."""

    def __init__(self, **options: Any) -> None:
        options = {"label": gettext_lazy("Owner"), "required": False, **options}
        super().__init__(
            users_who_work(), empty_label=gettext_lazy("Nobody"), **options
        )


class TargetField(forms.CharField):
    """The record it is about: "contacts:7" comes in, a reference goes out.

    ``user`` is who must be allowed to see it.
    """

    def __init__(self, **options: Any) -> None:
        options = {"required": False, "max_length": 64, **options}
        super().__init__(**options)
        self.user: User | None = None

    def clean(self, value: Any) -> Any:
        """The reference, None for nobody. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return None
        reference = parse_target(text)
        if reference is None or not resolve(*reference, self.user):
            raise ValidationError(_("This record is gone. Choose another one."))
        return reference


class WhenForm(forms.Form):
    """When something is due: by a quick choice, or a day and a time.

    ``due`` is in ``cleaned_data``: the moment, None for never.
    """

    due_is_required = True
    due_quick = forms.ChoiceField(
        label=gettext_lazy("Due"), required=False, widget=forms.RadioSelect
    )
    due_at = LocalTimeField(label=gettext_lazy("Day and time"), required=False)

    def offer_times(self, now: datetime) -> None:
        """Offer what may be picked at a time, in the user's zone."""
        field = self.fields["due_quick"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        found = [(choice.key, label(choice)) for choice in times.choices(now)]
        field.choices = [*found, (OTHER, _("At another time"))]
        self.times = times.choices(now)

    def clean(self) -> dict[str, Any]:
        """Take the quick choice, else the time."""
        cleaned = super().clean() or self.cleaned_data
        quick = cleaned.get("due_quick") or OTHER
        picked = times.pick(quick, timezone.localtime()) if quick else None
        cleaned["due"] = picked or cleaned.get("due_at")
        if self.due_is_required and not cleaned["due"] and not self.errors:
            self.add_error("due_at", _("Pick a day and a time."))
        return cleaned


def label(choice: times.Choice) -> str:
    """A quick choice in words."""
    clock = {"time": date_format(choice.at, "TIME_FORMAT")}
    return {
        "hour": _("In 1 hour"),
        "afternoon": _("This afternoon, %(time)s") % clock,
        "tomorrow": _("Tomorrow, %(time)s") % clock,
        "monday": _("Next Monday, %(time)s") % clock,
    }[choice.key]


def record_of(reference: Reference | None, user: User) -> Record | None:
    """The record that a reference names, as far as a user sees it."""
    return resolve(*reference, user) if reference else None
