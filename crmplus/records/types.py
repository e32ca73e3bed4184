"""The kinds of records, and what their generic pages need to know of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crmplus.records.models import (
    Contact,
    Lead,
    Organisation,
    Partner,
    Person,
    Record,
    Supplier,
)

if TYPE_CHECKING:
    from crmplus.hooks import Text


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """One kind of records: its model, words and icon.

    ``order`` is its rank among matches of a number, ``place`` that in the module bar.
    ``trunk_fields`` name those numbers that are a company's head number, ``searched``
    the columns whose beginning a search looks for, ``related`` what titles need.
    """

    key: str
    model: type[Record]
    icon: str
    label: Text
    label_plural: Text
    new: Text
    empty: Text
    about: Text
    order: int
    place: int
    name_fields: tuple[str, ...] = ("name",)
    trunk_fields: tuple[str, ...] = ()
    searched: tuple[str, ...] = ("name_key", "turned_key")
    related: tuple[str, ...] = ()

    @property
    def is_person(self) -> bool:
        return issubclass(self.model, Person)

    @property
    def list_url(self) -> str:
        return reverse("records:list", args=[self.key])

    @property
    def create_url(self) -> str:
        return reverse("records:create", args=[self.key])


LEADS = RecordType(
    key="leads",
    model=Lead,
    icon="target-arrow",
    label=_("Lead"),
    label_plural=_("Leads"),
    new=_("New lead"),
    empty=_("No leads yet"),
    about=_("People who may become customers. Start with whoever asked last."),
    order=20,
    place=10,
    name_fields=("first_name", "last_name", "position", "company"),
    searched=("name_key", "turned_key", "company_key"),
)
CONTACTS = RecordType(
    key="contacts",
    model=Contact,
    icon="user",
    label=_("Contact"),
    label_plural=_("Contacts"),
    new=_("New contact"),
    empty=_("No contacts yet"),
    about=_("The people you speak to. Their numbers tell you who is calling."),
    order=10,
    place=20,
    name_fields=("first_name", "last_name", "position", "organisation_name"),
    related=("organisation",),
)
ORGANISATIONS = RecordType(
    key="organisations",
    model=Organisation,
    icon="building",
    label=_("Organisation"),
    label_plural=_("Organisations"),
    new=_("New organisation"),
    empty=_("No organisations yet"),
    about=_("The companies that your contacts belong to."),
    order=30,
    place=30,
    trunk_fields=("phone",),
)
PARTNERS = RecordType(
    key="partners",
    model=Partner,
    icon="heart-handshake",
    label=_("Partner"),
    label_plural=_("Partners"),
    new=_("New partner"),
    empty=_("No partners yet"),
    about=_("Companies that sell or work together with you."),
    order=40,
    place=40,
    trunk_fields=("phone",),
)
SUPPLIERS = RecordType(
    key="suppliers",
    model=Supplier,
    icon="truck-delivery",
    label=_("Supplier"),
    label_plural=_("Suppliers"),
    new=_("New supplier"),
    empty=_("No suppliers yet"),
    about=_("Companies that you buy from."),
    order=50,
    place=50,
    trunk_fields=("phone",),
)
TYPES = {
    kind.key: kind for kind in (LEADS, CONTACTS, ORGANISATIONS, PARTNERS, SUPPLIERS)
}


def type_of(record: Record) -> RecordType:
    """The kind of a record."""
    return TYPES[record.type_key]
