"""The audit log of settings as admins read it: filtered, each value in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from crmplus.accounts.models import User
from crmplus.administration.change_words import Words
from crmplus.administration.models import SettingsChange


@dataclass(frozen=True)
class Field:
    """A field that changed; ``before`` or ``after`` is None where it was not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Entry:
    """A change as the list shows it."""

    change: SettingsChange
    what: str
    area: str
    who: str
    fields: list[Field]


@dataclass(frozen=True)
class Chip:
    """A filter that is on."""

    label: str
    value: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Filters:
    """What narrows the list; each empty for all. ``areas`` and ``people`` to choose
    from are those that occur."""

    area: str
    user: User | None
    areas: list[tuple[str, str]]
    people: list[User]

    @property
    def chips(self) -> list[Chip]:
        """The filters that are on."""
        area = Chip(_("Area"), area_label(self.area), ("area",))
        user = Chip(_("User"), str(self.user), ("user",))
        return [area] * bool(self.area) + [user] * bool(self.user)

    def changes(self) -> QuerySet[SettingsChange]:
        """The changes that pass."""
        rows = SettingsChange.objects.select_related("actor")
        if self.area:
            rows = rows.filter(area=self.area)
        return rows.filter(actor=self.user) if self.user else rows


def filters(params: QueryDict) -> Filters:
    """What ``?area=`` and ``?user=`` ask for; what does not occur narrows nothing."""
    known = SettingsChange.objects.order_by("area").values_list("area", flat=True)
    areas = [(area, area_label(area)) for area in known.distinct()]
    made = SettingsChange.objects.filter(actor=OuterRef("pk"))
    people = list(User.objects.filter(Exists(made)).order_by("username"))
    chosen = params.get("area", "")
    asked = params.get("user", "")
    return Filters(
        area=chosen if chosen in dict(areas) else "",
        user=next((one for one in people if str(one.pk) == asked), None),
        areas=areas,
        people=people,
    )


def area_label(area: str) -> str:
    """A module's name; its key where it is none of the installed ones."""
    config = apps.app_configs.get(area)
    return str(config.verbose_name) if config else area


def entries(changes: Iterable[SettingsChange]) -> list[Entry]:
    """Changes in words, in the active language."""
    return [_entry(one, Words.of(one.area, one.kind)) for one in changes]


def _entry(change: SettingsChange, words: Words) -> Entry:
    return Entry(
        change=change,
        what=words.title(change.kind, change.what),
        area=area_label(change.area),
        who=str(change.actor or change.actor_name) or _("a command"),
        fields=[
            Field(
                name=words.label(one["field"]),
                before=words.value(one["field"], one["before"]),
                after=words.value(one["field"], one["after"]),
            )
            for one in change.changes
        ],
    )
