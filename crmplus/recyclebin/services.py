"""What the recycle bin offers to pages: undo, and finding what was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crmplus import hooks, toasts
from crmplus.recyclebin.models import SoftDeleteModel

if TYPE_CHECKING:
    from crmplus.accounts.models import User


MOST_COUNTED = 1_000
# Of so many that were deleted last it is looked at who may see them.
MOST_LOOKED_AT = 1_000


class CannotRestore(ValueError):
    """Why an entry cannot be brought back, in a sentence."""


def bring_back(kind: hooks.BinType, entry: SoftDeleteModel, user: User) -> None:
    """Restore an entry as its type wants it. Raises CannotRestore.

    Two may do it at once, or one of them delete it for good: the second is told.
    """
    with transaction.atomic():
        rows = type(entry).all_objects.select_for_update(of=("self",))
        there = rows.filter(pk=entry.pk, deleted_at__isnull=False).first()
        if there is None:
            raise CannotRestore(_("It is not in the recycle bin any more."))
        if kind.restore:
            kind.restore(there, user)
        else:
            there.restore(by=user)


def bin_types(user: User) -> list[hooks.BinType]:
    """The types whose deleted entries this user may see and restore."""
    return hooks.seen_by(user, hooks.BinType)


def find_deleted(user: User, key: str, pk: int) -> SoftDeleteModel:
    """A deleted entry of the type ``key``; Http404 if this user sees none there."""
    for kind in bin_types(user):
        if kind.key == key:
            found = deleted_rows(kind, user).filter(pk=pk).first()
            if found:
                return found
    raise Http404


def type_of(user: User, key: str) -> hooks.BinType:
    """The type of a key; Http404 if this user sees none."""
    found = (kind for kind in bin_types(user) if kind.key == key)
    kind = next(found, None)
    if kind is None:
        raise Http404
    return kind


def deleted_rows(kind: hooks.BinType, user: User) -> QuerySet[SoftDeleteModel]:
    """The deleted entries of a type that this user may see."""
    model = cast("type[SoftDeleteModel]", kind.model)
    rows = model.all_objects.filter(deleted_at__isnull=False)
    return kind.visible(user, rows) if kind.visible else rows


def counted(
    kind: hooks.BinType,
    user: User,
    ids: Sequence[int] | None = None,
    until: datetime | None = None,
) -> str:
    """How many deleted entries of a type a user sees, "" for none; of these IDs alone,
    of what was deleted by then alone.

    Counted up to a thousand, and where all are asked for, among the newest alone: there
    may be a million, of which a user sees few.
    """
    rows = deleted_rows(kind, user).order_by()
    newest, all_asked = _newest(kind), ids is None and until is None
    are_more = all_asked and newest[MOST_LOOKED_AT:].exists()
    if are_more:
        rows = rows.filter(pk__in=newest[:MOST_LOOKED_AT])
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if until is not None:
        rows = rows.filter(deleted_at__lte=until)
    count = rows.values("pk")[: MOST_COUNTED + 1].count()
    shown = number_format(min(count, MOST_COUNTED), force_grouping=True)
    if are_more or count > MOST_COUNTED:
        return f"{shown}+"
    return shown if count else ""


def _newest(kind: hooks.BinType) -> QuerySet[SoftDeleteModel, Any]:
    """The keys of all deleted entries of a type, of the last deleted first."""
    model = cast("type[SoftDeleteModel]", kind.model)
    rows = model.all_objects.filter(deleted_at__isnull=False)
    return rows.order_by("-deleted_at", "-pk").values("pk")


def restore_url(key: str, pk: int, back: str = "") -> str:
    """The address whose POST restores an entry, and then goes ``back``."""
    url = reverse("recyclebin:restore", args=[key, pk])
    return f"{url}?{urlencode({'next': back})}" if back else url


def offer_undo(
    request: HttpRequest, text: str, deleted: SoftDeleteModel, back: str
) -> None:
    """Say that something was deleted, with a button that restores it.

    The model needs a ``BinType`` hook. ``back`` is the page shown afterwards.
    """
    key = next(
        kind.key
        for kind in hooks.registered(hooks.BinType)
        if kind.model is type(deleted)
    )
    toasts.undoable(request, text, restore_url(key, deleted.pk, back))
