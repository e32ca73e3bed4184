"""Putting numbers on the block list, and taking them off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crmplus.administration.audit import Subject, note_change
from crmplus.phonebook.display import pretty
from crmplus.phonebook.normalise import Number
from crmplus.tickets.links import create_url
from pbxmanager.blocking import BlockedNumber
from pbxmanager.settings_state import AREA

if TYPE_CHECKING:
    from crmplus.accounts.models import User

BLOCKED: Final = "blocked_number"


def block(number: Number, note: str, actor: User | None) -> BlockedNumber:
    """Block a number; one that is blocked already stays as it is."""
    with transaction.atomic():
        row, is_new = BlockedNumber.objects.get_or_create(
            party=number.key,
            defaults={
                "number": pretty(number.key),
                "note": note,
                "created_by": actor,
            },
        )
        if is_new:
            note_change(actor, _subject(row), {}, _values(row))
    return row


def unblock(row: BlockedNumber, actor: User | None) -> None:
    """Let a number's calls pop up again."""
    with transaction.atomic():
        note_change(actor, _subject(row), _values(row), {})
        row.delete()


def request_url(uid: UUID, party: str) -> str:
    """The form of a ticket that asks for the number of a call (its ``uid``) to be
    blocked: for those who may not do it themselves.
    """
    subject = _("Block %(number)s") % {"number": pretty(party)}
    return create_url(call_uid=uid, phone=party, subject=subject, for_anybody=True)


def _subject(row: BlockedNumber) -> Subject:
    return Subject(AREA, BLOCKED, row.party)


def _values(row: BlockedNumber) -> dict[str, Any]:
    return {"number": row.number, "note": row.note}
