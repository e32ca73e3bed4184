"""What was deleted, of all types in one list, newest first, page by page."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import QueryDict

from crmplus import hooks
from crmplus.recyclebin.models import SoftDeleteModel
from crmplus.recyclebin.services import deleted_rows

if TYPE_CHECKING:
    from crmplus.accounts.models import User

PAGE_SIZE = 50
LONGEST_SEARCH = 200
# Where an entry stands: when it was deleted, minus its type's number, its key.
Place = tuple[datetime, int, int]
Turn = Callable[[Place], "Listing | None"]


@dataclass(frozen=True)
class Item:
    """A deleted entry with its type; ``number`` is the type's place among all.

    ``note`` says what became of it ("Merged"), ``note_url`` is the page of that.
    """

    kind: hooks.BinType
    number: int
    entry: SoftDeleteModel
    note: str = ""
    note_url: str = ""

    @property
    def place(self) -> Place:
        at = self.entry.deleted_at
        assert at is not None  # noqa: S101  (the query asks for deleted ones)
        return (at, -self.number, self.entry.pk)

    @cached_property
    def title(self) -> str:
        return self.kind.title(self.entry)

    @property
    def deleted_by(self) -> str:
        """The user's name or the job's, "" if that is no longer known."""
        user = self.entry.deleted_by
        return str(user) if user else self.entry.deleted_by_job


@dataclass(frozen=True)
class Listing:
    """A page of the recycle bin; each address is "" at its end of the list."""

    items: Sequence[Item]
    previous_url: str = ""
    next_url: str = ""


def listing(
    user: User, kinds: Sequence[hooks.BinType], params: QueryDict, size: int = PAGE_SIZE
) -> Listing:
    """The page of what this user may see that ``?after=`` or ``?before=`` asks for.

    ``?q=`` narrows it to what a text finds, as far as types can be searched. One query
    per type, and those of the search. A clean-up deletes many at one moment, so the
    order goes on with type and key.
    """
    return _Pages(user, kinds, params, size).asked_for()


class _Pages:
    def __init__(
        self,
        user: User,
        kinds: Sequence[hooks.BinType],
        params: QueryDict,
        size: int,
    ) -> None:
        self.user = user
        self.text = params.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        self.kinds = [kind for kind in kinds if kind.search or not self.text]
        self.params = params
        self.size = size

    def asked_for(self) -> Listing:
        turns: dict[str, Turn] = {"before": self._before, "after": self._after}
        for name, turn in turns.items():
            place = self._place(name)
            found = turn(place) if place else None
            if found:
                return found
        items = self._read(None, newer=False)
        return self._listing(items[: self.size], False, len(items) > self.size)

    def _after(self, place: Place) -> Listing | None:
        items = self._read(place, newer=False)
        if not items:
            return None
        return self._listing(items[: self.size], True, len(items) > self.size)

    def _before(self, place: Place) -> Listing | None:
        items = self._read(place, newer=True)
        if len(items) < self.size:
            return None
        more = len(items) > self.size
        return self._listing(items[: self.size][::-1], more, True)

    def _read(self, place: Place | None, *, newer: bool) -> list[Item]:
        lists = (
            self._read_kind(number, kind, place, newer)
            for number, kind in enumerate(self.kinds)
        )
        merged = heapq.merge(*lists, key=lambda item: item.place, reverse=not newer)
        return list(merged)[: self.size + 1]

    def _read_kind(
        self, number: int, kind: hooks.BinType, place: Place | None, newer: bool
    ) -> list[Item]:
        rows = deleted_rows(kind, self.user).select_related("deleted_by")
        if self.text and kind.search:
            rows = kind.search(rows, self.text)
        rows = rows.order_by(
            *(("deleted_at", "pk") if newer else ("-deleted_at", "-pk"))
        )
        if place:
            rows = _beyond(rows, -number, place, "gt" if newer else "lt")
        entries = list(rows[: self.size + 1])
        notes = kind.notes(entries) if kind.notes else {}
        return [
            Item(kind, number, entry, *notes.get(entry.pk, ("", "")))
            for entry in entries
        ]

    def _place(self, name: str) -> Place | None:
        try:
            at, key, pk = _signer().unsign_object(self.params.get(name, ""))
        except (BadSignature, ValueError):
            return None
        numbers = {kind.key: number for number, kind in enumerate(self.kinds)}
        if key not in numbers:
            return None
        return (datetime.fromisoformat(at), -numbers[key], pk)

    def _listing(self, items: list[Item], previous: bool, following: bool) -> Listing:
        return Listing(
            items,
            previous_url=self._url("before", items[0]) if previous else "",
            next_url=self._url("after", items[-1]) if following else "",
        )

    def _url(self, name: str, item: Item) -> str:
        at, _, pk = item.place
        params = self.params.copy()
        for either in ("after", "before"):
            params.pop(either, None)
        params[name] = _signer().sign_object([at.isoformat(), item.kind.key, pk])
        return f"?{params.urlencode()}"


def _beyond(
    rows: QuerySet[SoftDeleteModel], minus_number: int, place: Place, than: str
) -> QuerySet[SoftDeleteModel]:
    at, minus_placed, pk = place
    strictly = Q(**{f"deleted_at__{than}": at})
    same_side = (
        minus_number < minus_placed if than == "lt" else minus_number > minus_placed
    )
    if minus_number == minus_placed:
        return rows.filter(strictly | Q(deleted_at=at, **{f"pk__{than}": pk}))
    return rows.filter(Q(**{f"deleted_at__{than}e": at}) if same_side else strictly)


def _signer() -> Signer:
    return Signer(salt=__name__)
