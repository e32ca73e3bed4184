"""A lead becomes a contact, and what it wrote as its company an organisation.

Comments, history, calls and choices follow. The lead goes to the recycle bin and its
page leads to the contact; undone, all of it goes back, also what came since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from crmplus.accounts.visibility import visible_records
from crmplus.records.history import note_created
from crmplus.records.keys import fold
from crmplus.records.merge_models import Merge, Way
from crmplus.records.merging import (
    MergedMeanwhile,
    keep,
    locked,
    merge_of,
    move_attached,
    reference,
    refuse_unseen,
    revive,
)
from crmplus.records.models import PHONE_FIELDS, Contact, Lead, Organisation
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.recyclebin.services import CannotRestore
from crmplus.timeline.changes import note
from crmplus.timeline.models import Deed

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SUGGESTED = 5
PLACE = ("website", "street", "postcode", "city", "country", "owner_id")
TAKEN = (
    "first_name",
    "last_name",
    "position",
    *PHONE_FIELDS,
    "email",
    *PLACE,
)


def contact_of(lead: Lead) -> Contact:
    """A contact, not saved yet, with all that the lead says of the person."""
    return Contact(**{name: getattr(lead, name) for name in TAKEN})


def organisation_of(lead: Lead, name: str) -> Organisation:
    """An organisation, not saved yet, at the lead's address."""
    return Organisation(name=name, **{field: getattr(lead, field) for field in PLACE})


def suggested(name: str, user: User) -> list[Organisation]:
    """Organisations that a user sees and that are called so, or begin alike."""
    key = fold(name)
    if not key:
        return []
    rows = visible_records(user, Organisation.objects.all())
    same = list(rows.filter(name_key=key).order_by("pk")[:SUGGESTED])
    first = key.split()[0]
    alike = rows.filter(name_key__gte=first, name_key__lt=f"{first}\U0010ffff")
    alike = alike.exclude(name_key=key).order_by("name_key", "pk")
    return [*same, *alike[: SUGGESTED - len(same)]]


def convert(
    lead_id: int, contact: Contact, organisation: Organisation | None, by: User
) -> Contact:
    """Save a contact (and a new organisation) in place of a lead.

    Raises MergedMeanwhile.
    """
    with transaction.atomic():
        rows = visible_records(by, Lead.objects.all())
        lead = locked(rows, [lead_id]).get(lead_id)
        if not isinstance(lead, Lead):
            raise MergedMeanwhile
        made = _save_new(organisation, by)
        contact.organisation = organisation
        contact.save(force_insert=True)
        moved = move_attached(reference(lead), reference(contact))
        SoftDeleteModel.move_to_bin(lead, by=by)
        note(*reference(contact), by=by, deed=Deed.CONVERTED, about=lead.title)
        undo = {"made": made, "moved": moved}
        keep(lead, contact, Way.CONVERTED, undo, by)
    return contact


def undo_conversion(kept: Merge, lead: Lead, by: User) -> None:
    """Bring a lead back; its contact, and an organisation made for it, go instead."""
    with transaction.atomic():
        contact = locked(Contact.all_objects.all(), [kept.new_id]).get(kept.new_id)
        if contact is not None:
            refuse_unseen(contact, by)
        if contact is not None and merge_of(contact) is not None:
            raise CannotRestore(
                _("Its contact was merged with another one. Undo that first.")
            )
        move_attached((kept.new_kind, kept.new_id), reference(lead))
        if contact is not None and not contact.is_deleted:
            SoftDeleteModel.move_to_bin(contact, by=by)
        for organisation in _unused(kept.undo.get("made", []), by):
            organisation.move_to_bin(by=by)
        revive(lead)
        kept.delete()
        note(*reference(lead), by=by, deed=Deed.RESTORED)


def _save_new(organisation: Organisation | None, by: User) -> list[int]:
    if organisation is None or not organisation._state.adding:
        return []
    organisation.save(force_insert=True)
    note_created(organisation, by)
    return [organisation.pk]


def _unused(ids: list[int], by: User) -> list[Organisation]:
    """Those organisations that a user sees and in which nobody is (any more)."""
    rows = visible_records(by, Organisation.objects.filter(pk__in=ids))
    return [one for one in rows if not one.contacts.exists()]
