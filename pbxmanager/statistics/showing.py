"""Switching a person's own figures on and off; each is noted for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmplus.administration.audit import Subject, note_change
from pbxmanager.statistics.models import ShownPerson
from pbxmanager.statistics.wall_links import AREA

if TYPE_CHECKING:
    from crmplus.accounts.models import User

PERSON: Final = "shown_person"


def show(actor: User, user: User) -> None:
    """Let others see a user's own figures; twice changes nothing."""
    _row, is_new = ShownPerson.objects.get_or_create(user=user)
    if is_new:
        _note(actor, user, shown=True)


def hide(actor: User, user: User) -> bool:
    """Let nobody else see them any more; whether they were shown."""
    gone, _by_model = ShownPerson.objects.filter(user=user).delete()
    if gone:
        _note(actor, user, shown=False)
    return bool(gone)


def _note(actor: User, user: User, *, shown: bool) -> None:
    subject = Subject(AREA, PERSON, user.username)
    note_change(actor, subject, {"shown": not shown}, {"shown": shown})
