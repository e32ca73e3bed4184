"""The saved filters of a list, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models.functions import Lower
from django.http import QueryDict

from crmplus.saved_filters.models import ListLayout, SavedFilter, Sharing
from crmplus.saved_filters.queries import ALL, FROM, canonical
from crmplus.saved_filters.services import (
    columns_in,
    may_change,
    may_share,
    visible_filters,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User

IN_A_ROW = 6


@dataclass(frozen=True)
class Shown:
    """A saved filter; ``active`` if the list shows just that."""

    saved: SavedFilter
    active: bool
    is_default: bool
    own: bool
    may_change: bool

    @property
    def url(self) -> str:
        return f"?{self.saved.query}&{FROM}={self.saved.pk}"


@dataclass(frozen=True)
class SavedFilters:
    """What ``saved_filters/bar.html`` shows.

    ``query`` is what would be saved now, "" if the list shows everything. ``current``
    is the filter that one looks at, or came from; ``changed`` if other filters were
    set since. ``start_url`` is where the bare address leads, "" for nowhere.
    ``columns`` are those that the user chose, as ``services.columns_of`` gives them.
    """

    list_key: str
    query: str
    filters: list[Shown]
    current: Shown | None
    changed: bool
    start_url: str
    may_share: bool
    columns: list[str]

    @property
    def all_url(self) -> str:
        """The list with all its entries, whatever the user's default is."""
        return f"?{FROM}={ALL}"

    @property
    def pills(self) -> list[Shown]:
        """Those that stand in a row; the one that is looked at is among them."""
        return [shown for n, shown in enumerate(self.filters) if self._in_row(n, shown)]

    @property
    def more(self) -> list[Shown]:
        """The others, in a menu."""
        return [s for n, s in enumerate(self.filters) if not self._in_row(n, s)]

    def _in_row(self, number: int, shown: Shown) -> bool:
        return number < IN_A_ROW or shown is self.current

    @property
    def can_save(self) -> bool:
        """Is there something that no saved filter stands for yet?"""
        return bool(self.query) and (self.changed or self.current is None)

    @property
    def sharings(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Sharing.choices]


def saved_filters(user: User, list_key: str, params: QueryDict) -> SavedFilters:
    """The saved filters of a list for its page; two queries."""
    layout = ListLayout.objects.filter(user=user, list_key=list_key).first()
    default = layout.default_id if layout else None
    query = canonical(params)
    rows = visible_filters(user, list_key).order_by("place", Lower("name"), "pk")
    filters = [_shown(user, row, query, default) for row in rows]
    filters.sort(key=lambda shown: not shown.own)
    current = _current(filters, params)
    start = next((shown for shown in filters if shown.is_default), None)
    return SavedFilters(
        list_key=list_key,
        query=query,
        filters=filters,
        current=current,
        changed=current is not None and not current.active,
        # "./" makes it an address for ``redirect``.
        start_url=f"./{start.url}" if start and not params else "",
        may_share=may_share(user),
        columns=columns_in(layout.columns if layout else []),
    )


def _shown(user: User, row: SavedFilter, query: str, default: int | None) -> Shown:
    return Shown(
        saved=row,
        active=row.query == query,
        is_default=row.pk == default,
        own=row.user_id == user.pk,
        may_change=may_change(user, row),
    )


def _current(filters: list[Shown], params: QueryDict) -> Shown | None:
    """The filter that the page shows; else the one that it was reached by."""
    came_from = params.get(FROM, "")
    found = [shown for shown in filters if str(shown.saved.pk) == came_from]
    active = [shown for shown in filters if shown.active]
    both = [shown for shown in found if shown.active]
    return next(iter([*both, *active, *found]), None)
