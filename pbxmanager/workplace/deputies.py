"""Naming deputies and taking them away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from crmplus import toasts
from crmplus.administration.audit import Subject, note_change
from crmplus.web import next_page, signed_in_user
from pbxmanager.workplace.main_numbers import AREA
from pbxmanager.workplace.models import Deputy

if TYPE_CHECKING:
    from crmplus.accounts.models import User

DEPUTY = "deputy"
SIGNER = Signer(salt="workplace deputy")


def name(boss: User, assistant: User, actor: User) -> Deputy:
    """Make somebody a deputy; who is one already stays as they are."""
    with transaction.atomic():
        deputy, is_new = Deputy.objects.get_or_create(boss=boss, assistant=assistant)
        if is_new:
            note_change(actor, _subject(boss), {}, {"assistant": str(assistant)})
    return deputy


def remove(request: HttpRequest, deputy: Deputy) -> None:
    """Take a deputy away, and offer to undo it."""
    key = SIGNER.sign_object([deputy.boss_id, deputy.assistant_id])
    back = next_page(request, reverse("workplace:my-presence"))
    query = urlencode({"deputy": key, "next": back})
    with transaction.atomic():
        before = {"assistant": str(deputy.assistant)}
        note_change(signed_in_user(request), _subject(deputy.boss), before, {})
        deputy.delete()
    text = _("%(name)s is no deputy any more.") % {"name": deputy.assistant}
    toasts.undoable(request, text, f"{reverse('workplace:deputy-again')}?{query}")


def signed_pair(text: str) -> tuple[int, int] | None:
    """The boss and the assistant (ids) of an address that undoes; None if forged."""
    try:
        boss, assistant = SIGNER.unsign_object(text)
    except (BadSignature, ValueError):
        return None
    return boss, assistant


def _subject(boss: User) -> Subject:
    return Subject(AREA, DEPUTY, str(boss))
