"""Keeping, sharing and ordering saved filters; the columns of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crmplus.saved_filters.models import (
    KEY_LENGTH,
    NAME_LENGTH,
    ListLayout,
    SavedFilter,
    Sharing,
)
from crmplus.saved_filters.queries import canonical_text

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST = 50
LIST_KEY = re.compile(r"[a-z][a-z0-9_-]*(?::[a-z][a-z0-9_-]*)?")


class CannotKeepError(ValueError):
    """Says for people why a filter can't be kept so."""


def visible_filters(user: User, list_key: str = "") -> QuerySet[SavedFilter]:
    """The saved filters that a user may use: their own, and what is shared."""
    shared = Q(shared=Sharing.ALL)
    if user.team_id:
        shared |= Q(shared=Sharing.TEAM, user__team=user.team_id)
    rows = SavedFilter.objects.filter(Q(user=user) | shared)
    return rows.filter(list_key=list_key) if list_key else rows


def may_share(user: User) -> bool:
    """Whether this user may show their filters to others."""
    return user.is_supervisor


def may_change(user: User, saved: SavedFilter) -> bool:
    """Its owner may; an admin too, where others see it."""
    return saved.user_id == user.pk or (user.is_admin and bool(saved.shared))


def keep(user: User, list_key: str, name: str, query: str) -> SavedFilter:
    """Keep a query under a name, as the user's last one. Raises CannotKeepError."""
    if not LIST_KEY.fullmatch(list_key) or len(list_key) > KEY_LENGTH:
        raise CannotKeepError(_("This list keeps no filters."))
    own = SavedFilter.objects.filter(user=user, list_key=list_key)
    places = list(own.order_by("place").values_list("place", flat=True))
    if len(places) >= MOST:
        raise CannotKeepError(
            _("You have %(count)d saved filters here. Delete one first.")
            % {"count": MOST}
        )
    return SavedFilter.objects.create(
        user=user,
        list_key=list_key,
        name=_free_name(user, list_key, name),
        query=_query(query),
        place=places[-1] + 1 if places else 0,
    )


def rename(saved: SavedFilter, name: str) -> None:
    """Give it another name. Raises CannotKeepError."""
    saved.name = _free_name(saved.user, saved.list_key, name, but=saved)
    saved.save(update_fields=["name"])


def set_query(saved: SavedFilter, query: str) -> None:
    """Let it stand for other filters. Raises CannotKeepError."""
    saved.query = _query(query)
    saved.save(update_fields=["query"])


def share(user: User, saved: SavedFilter, shared: str) -> None:
    """Show it to others, or no longer. Raises CannotKeepError."""
    if shared not in Sharing.values or (shared and not may_share(user)):
        raise CannotKeepError(_("Only supervisors and administrators share filters."))
    saved.shared = shared
    saved.save(update_fields=["shared"])


def move(saved: SavedFilter, by: int) -> None:
    """Move it among its owner's filters of the list; ``by`` is -1 or 1."""
    with transaction.atomic():
        own = list(
            SavedFilter.objects.filter(
                user=saved.user_id, list_key=saved.list_key
            ).order_by("place", "pk")
        )
        here = own.index(saved)
        there = min(max(here + by, 0), len(own) - 1)
        own.insert(there, own.pop(here))
        for place, row in enumerate(own):
            row.place = place
        SavedFilter.objects.bulk_update(own, ["place"])


def set_default(user: User, list_key: str, saved: SavedFilter | None) -> None:
    """Let a list open with a saved filter, or with all its entries."""
    ListLayout.objects.update_or_create(
        user=user, list_key=list_key, defaults={"default": saved}
    )


def columns_of(user: User, list_key: str) -> list[str]:
    """The columns that a user chose for a list, in order; empty for its own choice."""
    rows = ListLayout.objects.filter(user=user, list_key=list_key)
    return columns_in(rows.values_list("columns", flat=True).first())


def columns_in(kept: object) -> list[str]:
    """The keys of columns in what the database kept."""
    keys = kept if isinstance(kept, list) else []
    return [key for key in keys if isinstance(key, str)]


def choose_columns(user: User, list_key: str, keys: Iterable[str]) -> None:
    """Keep which columns a user wants to see; none for what the list proposes."""
    ListLayout.objects.update_or_create(
        user=user, list_key=list_key, defaults={"columns": list(keys)}
    )


def _query(query: str) -> str:
    if kept := canonical_text(query):
        return kept
    raise CannotKeepError(_("There is nothing to save: the list shows everything."))


def _free_name(
    user: User, list_key: str, name: str, but: SavedFilter | None = None
) -> str:
    printable = "".join(c if c.isprintable() else " " for c in name)
    wanted = " ".join(printable.split())[:NAME_LENGTH].strip()
    if not wanted:
        raise CannotKeepError(_("Give the filter a name."))
    own = SavedFilter.objects.filter(user=user, list_key=list_key, name=wanted)
    if (own.exclude(pk=but.pk) if but else own).exists():
        raise CannotKeepError(
            _("You have a filter “%(name)s” already. Choose another name.")
            % {"name": wanted}
        )
    return wanted
