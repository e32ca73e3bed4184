"""What a list of records may be narrowed to, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crmplus.formfields import styled
from crmplus.records.countries import countries, country_name
from crmplus.records.models import Contact, Organisation, Record
from crmplus.records.search import narrowed
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

BY_NAME, BY_CHANGE = "name", "changed"
ORDERS = {BY_NAME: "name_key", BY_CHANGE: "-changed_at"}


@dataclass(frozen=True)
class Chip:
    """A filter that is on; ``names`` are its parameters, to take it off again."""

    label: str
    value: str
    names: str


class ListForm(forms.Form):
    """The parameters of a list: what it is narrowed to, and its order.

    What makes no sense in an address is left out rather than refused.
    """

    q = forms.CharField(required=False, max_length=200)
    owner = forms.ModelChoiceField(
        get_user_model()
        .objects.filter(is_active=True)
        .order_by("last_name", "username"),
        required=False,
        label=gettext_lazy("Owner"),
        empty_label=gettext_lazy("All owners"),
    )
    country = forms.ChoiceField(required=False, label=gettext_lazy("Country"))
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), required=False, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Sort by"),
        choices=[
            ("", gettext_lazy("Sorted by name")),
            (BY_CHANGE, gettext_lazy("Last changed first")),
        ],
    )

    def __init__(self, kind: RecordType, params: QueryDict) -> None:
        super().__init__(params, auto_id="filter-%s")
        self.kind = kind
        self.cut = False  # did the search stop before the end?
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("All countries")), *countries()]
        for name in ("owner", "country"):
            styled(self[name], mark_errors=False)
        self.is_valid()

    @property
    def order(self) -> str:
        """The column to sort by, with "-" for descending."""
        return ORDERS[self.cleaned_data.get("sort") or BY_NAME]

    @property
    def sorted_by_name(self) -> bool:
        return self.order == ORDERS[BY_NAME]

    @property
    def text(self) -> str:
        """What is searched for."""
        text: str = self.cleaned_data.get("q", "")
        return text

    def rows(self, user: User) -> QuerySet[Record]:
        """The records that pass all filters, in no order yet."""
        rows: QuerySet[Record] = self.kind.model.objects.all()
        for name in ("owner", "country"):
            if value := self.cleaned_data.get(name):
                rows = rows.filter(**{name: value})
        organisation = self.cleaned_data.get("organisation")
        if organisation and self.kind.model is Contact:
            rows = rows.filter(Q(organisation=organisation))
        if not self.text:
            return rows
        found = narrowed(self.kind, rows, self.text, user)
        self.cut = found.cut
        return found.rows

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        shown: dict[str, tuple[Any, Any]] = {
            "q": (pgettext("filter", "Search"), str),
            "organisation": (_("Organisation"), str),
            "owner": (_("Owner"), str),
            "country": (_("Country"), country_name),
        }
        return [
            Chip(label, say(value), name)
            for name, (label, say) in shown.items()
            if (value := self.cleaned_data.get(name))
        ]
