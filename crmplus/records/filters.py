"""What a list of records may be narrowed to, as its address says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crmplus.accounts.fields import names_of
from crmplus.accounts.models import User
from crmplus.accounts.visibility import records_scope, visible_records
from crmplus.formfields import QuickSelect, styled
from crmplus.records.columns import Column, orders
from crmplus.records.columns import columns as known
from crmplus.records.countries import countries, country_name
from crmplus.records.models import Organisation, Record
from crmplus.records.narrowing import Part, in_order, passing, read_through
from crmplus.records.parts import ME, NOBODY, initial, parts
from crmplus.records.search import narrowed
from crmplus.records.types import RecordType

BY_NAME = "name"
# What zones and databases can tell.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True)
class Chip:
    """A filter that is on; ``names`` are its parameters, to take it off again."""

    label: str
    value: str
    names: str


class DayInput(forms.DateInput):
    """The browser's own calendar; it speaks ISO 8601 alone."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: Any) -> forms.DateField:
    """A day that zones can tell."""
    return forms.DateField(
        required=False, label=label, widget=DayInput(), input_formats=["%Y-%m-%d"]
    )


class ListForm(forms.Form):
    """The parameters of a list: what it is narrowed to, and its order.

    What makes no sense in an address is left out rather than refused.
    """

    q = forms.CharField(required=False, max_length=200)
    owner = forms.ChoiceField(
        required=False, label=gettext_lazy("Owner"), widget=QuickSelect
    )
    country = forms.ChoiceField(
        required=False, label=gettext_lazy("Country"), widget=QuickSelect
    )
    city = forms.CharField(required=False, max_length=100, label=gettext_lazy("City"))
    created_from = day_field(gettext_lazy("Created from"))
    created_to = day_field(gettext_lazy("Created up to"))
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, widget=forms.HiddenInput
    )
    sort = forms.CharField(required=False, max_length=32)

    def __init__(self, kind: RecordType, params: QueryDict, user: User) -> None:
        super().__init__(params, auto_id="filter-%s")
        self.kind = kind
        self.user = user
        self.cut = False  # did the search stop before the end?
        self.colleagues, former = owners()
        self._choose("owner", owner_choices(self.colleagues + former))
        self._choose("country", [("", _("All countries")), *countries()])
        organisation = self.fields["organisation"]
        assert isinstance(organisation, forms.ModelChoiceField)  # noqa: S101
        organisation.queryset = visible_records(user, Organisation.objects.all())
        for name in ("owner", "country", "city", "created_from", "created_to"):
            styled(self[name], mark_errors=False)
        self.is_valid()

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def clean_created_from(self) -> date | None:
        return self._sane(self.cleaned_data["created_from"])

    def clean_created_to(self) -> date | None:
        return self._sane(self.cleaned_data["created_to"])

    @staticmethod
    def _sane(day: date | None) -> date | None:
        return day if day and FIRST_DAY <= day <= LAST_DAY else None

    @cached_property
    def sorting(self) -> tuple[str, bool]:
        """The key of the column that the list is sorted by, and whether it is turned
        against its natural direction.
        """
        text: str = self.cleaned_data.get("sort", "")
        key = text.removeprefix("-")
        return (key, text != key) if key in orders(self.kind) else (BY_NAME, False)

    @property
    def order(self) -> str:
        """The column to sort by, with "-" for descending."""
        key, turned = self.sorting
        order = orders(self.kind)[key]
        if not turned:
            return order
        return order[1:] if order.startswith("-") else f"-{order}"

    @property
    def text(self) -> str:
        """What is searched for."""
        text: str = self.cleaned_data.get("q", "")
        return text

    def rows(self) -> QuerySet[Record]:
        """The records that the user sees and that pass all filters, in no order yet;
        made to be read page by page in ``order``.
        """
        every = self.kind.model.objects.all()
        if records_scope(self.user) is None:
            return every.none()
        if self._looks_up:
            every = read_through(every, self._parts)
            found = narrowed(self.kind, every, self.text, self.user)
            self.cut = found.cut
            return found.rows
        return in_order(every, self._parts, self.order.removeprefix("-"))

    def all_rows(self) -> QuerySet[Record]:
        """The same records, made to be read from the first to the last."""
        if self._looks_up or records_scope(self.user) is None:
            return self.rows()
        return passing(self.kind.model.objects.all(), self._parts)

    @property
    def _looks_up(self) -> bool:
        """Is a text to be searched for that is more than a place in the alphabet?"""
        return bool(self.text) and self._initial is None

    @cached_property
    def _initial(self) -> Part | None:
        return initial(self.kind, self.user, self.text)

    @cached_property
    def _parts(self) -> list[Part]:
        found = parts(self.kind, self.user, self.cleaned_data)
        return [*found, self._initial] if self._initial else found

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        shown: dict[str, tuple[Any, Callable[[Any], str]]] = {
            "q": (pgettext("filter", "Search"), str),
            "organisation": (_("Organisation"), str),
            "owner": (_("Owner"), self._owner_words),
            "country": (_("Country"), country_name),
            "city": (_("City"), str),
            "created_from": (_("Created from"), _day_words),
            "created_to": (_("Created up to"), _day_words),
        }
        return [
            Chip(str(label), say(value), name)
            for name, (label, say) in shown.items()
            if (value := self.cleaned_data.get(name))
        ]

    def order_chip(self, columns: Iterable[Column]) -> Chip | None:
        """The order, where it is that of a column which is not to be seen."""
        key, _turned = self.sorting
        if key in {BY_NAME, *(column.key for column in columns)}:
            return None
        return Chip(_("Sorted by"), str(known(self.kind)[key].label), "sort")

    def _owner_words(self, value: str) -> str:
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        return str(dict(field.choices)[value])  # type: ignore[arg-type]


def owners() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """IDs and names of who can own records, and of who is locked: records that they
    owned must be found to be given to somebody else. Two queries.
    """
    people = User.objects.order_by("last_name", "username")
    locked = _("locked")
    former = names_of(people.filter(is_active=False))
    return (
        [(str(pk), name) for pk, name in names_of(people.filter(is_active=True))],
        [(str(pk), f"{name} · {locked}") for pk, name in former],
    )


def owner_choices(people: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Whose records one may look for: one's own, nobody's, those of a colleague."""
    first = [
        ("", _("All owners")),
        (ME, _("Mine")),
        (NOBODY, _("Without an owner")),
    ]
    return first + people


def _day_words(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
