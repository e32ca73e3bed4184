"""Pages of a list by key: as quick at any depth, and no row twice or left out.

A place in the list is the sort value and the primary key of a row, signed, so that
whatever else stands in the address is simply no place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.signing import BadSignature, Signer
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page; each address is "" at its end of the list."""

    rows: Sequence[M]
    previous_url: str = ""
    next_url: str = ""


def page(
    rows: QuerySet[M], order: str, params: QueryDict, size: int = PAGE_SIZE
) -> Page[M]:
    """The page that ``?after=`` or ``?before=`` asks for, else the first one.

    ``order`` names one column without NULLs, with "-" for descending; rows that are
    equal in it follow their primary key. Costs one query, at times two; no COUNT.
    Where many rows are equal, such as those of one city, each page is as quick.
    """
    keyset = _Keyset(rows, order, params, size)
    return keyset.before() or keyset.after() or keyset.first()


def first_rows(rows: QuerySet[M], *order: str, limit: int) -> QuerySet[M]:
    """The first rows in an order, found by their keys and only then read: join here.

    A database that sorts does so with all columns of all rows, and with those of what
    is joined to them.
    """
    keys = rows.order_by(*order).values("pk")[:limit]
    return rows.model._base_manager.filter(pk__in=keys).order_by(*order)


class NoPlaceError(ValueError):
    """A text that is no place in a list."""


def following(
    rows: QuerySet[M], order: str, place: str, size: int = PAGE_SIZE
) -> tuple[Sequence[M], str]:
    """The rows behind a place ("" for the first ones), and the place of those that
    follow, "" at the end of the list. For programs, which go one way; one query.

    ``order`` as for ``page``. Raises NoPlaceError.
    """
    keyset = _Keyset(rows, order, QueryDict(), size)
    start = keyset.place(place)
    if place and not start:
        raise NoPlaceError(place)
    found = keyset.read(backwards=False, place=start)
    shown = found[:size]
    return shown, keyset.place_of(*shown[:-3:-1]) if len(found) > size else ""


def beyond(rows: QuerySet[M], order: str, place: str) -> QuerySet[M]:
    """The rows behind a place ("" for all of them), in that order; asks nothing yet.

    ``order`` as for ``page``. Raises NoPlaceError.
    """
    keyset = _Keyset(rows, order, QueryDict(), PAGE_SIZE)
    start = keyset.place(place)
    if place and not start:
        raise NoPlaceError(place)
    return keyset.ordered(backwards=False, place=start)


def place_of(row: Model, order: str, before: Model | None = None) -> str:
    """The text that stands for the place of a row; ``order`` as for ``page``.

    ``before`` is the row in front of it: it tells whether many may be equal.
    """
    rows = type(row)._default_manager.none()
    return _Keyset(rows, order, QueryDict(), PAGE_SIZE).place_of(row, before)


@dataclass(frozen=True)
class _Place:
    """A place in a list; ``tied`` if the row before has the same value."""

    value: Any
    pk: Any
    tied: bool


class _Keyset(Generic[M]):
    def __init__(
        self, rows: QuerySet[M], order: str, params: QueryDict, size: int
    ) -> None:
        self.rows = rows
        self.column = order.removeprefix("-")
        self.field = cast("Field[Any, Any]", rows.model._meta.get_field(self.column))
        self.descending = order.startswith("-")
        self.params = params
        self.size = size

    def first(self) -> Page[M]:
        found = self.read(backwards=False)
        return self._page(found[: self.size], False, len(found) > self.size)

    def after(self) -> Page[M] | None:
        """The page behind ``?after=``; None without it, or if nothing is there."""
        place = self.place(self.params.get("after", ""))
        found = self.read(backwards=False, place=place) if place else []
        if not found:
            return None
        return self._page(found[: self.size], True, len(found) > self.size)

    def before(self) -> Page[M] | None:
        """The page in front of ``?before=``; None without it, or if it is not full."""
        place = self.place(self.params.get("before", ""))
        found = self.read(backwards=True, place=place) if place else []
        if len(found) < self.size:
            return None
        more = len(found) > self.size
        return self._page(found[: self.size][::-1], more, True)

    def read(self, *, backwards: bool, place: _Place | None = None) -> list[M]:
        limit = self.size + 1
        if place is None or not place.tied:
            return list(self.ordered(backwards=backwards, place=place)[:limit])
        # The others of the same value first: a database that looks for both at once
        # reads all of them that lie in front of the place.
        down = self.descending != backwards
        than = "lt" if down else "gt"
        rows = self.ordered(backwards=backwards)
        equal = {self.column: place.value, f"pk__{than}": place.pk}
        found = list(rows.filter(**equal)[:limit])
        if len(found) < limit:
            further = rows.filter(**{f"{self.column}__{than}": place.value})
            found += further[: limit - len(found)]
        return found

    def ordered(self, *, backwards: bool, place: _Place | None = None) -> QuerySet[M]:
        down = self.descending != backwards
        sign = "-" if down else ""
        rows = self.rows.order_by(f"{sign}{self.column}", f"{sign}pk")
        if place:
            than = "lt" if down else "gt"
            rows = rows.filter(_beyond(self.column, than, place.value, place.pk))
        return rows

    def place(self, text: str) -> _Place | None:
        """What a text stands for; None if it is no place in this order."""
        try:
            column, value, pk, *tied = Signer(salt=__name__).unsign_object(text)
        except (BadSignature, ValueError):
            return None
        if column != self.column:
            return None
        return _Place(self.field.to_python(value), pk, bool(tied))

    def _page(self, rows: list[M], previous: bool, following: bool) -> Page[M]:
        return Page(
            rows=rows,
            previous_url=self._url("before", *rows[:2]) if previous else "",
            next_url=self._url("after", *rows[:-3:-1]) if following else "",
        )

    def place_of(self, row: Model, neighbour: Model | None = None) -> str:
        """The text that stands for the place of a row; ``neighbour`` is the one that
        is further away from what is read from there.
        """
        value = self.field.value_to_string(row)
        place = [self.column, value, row.pk]
        if neighbour is not None and self.field.value_to_string(neighbour) == value:
            place.append(1)
        return Signer(salt=__name__).sign_object(place)

    def _url(self, name: str, row: M, neighbour: M | None = None) -> str:
        params = self.params.copy()
        for either in ("after", "before"):
            params.pop(either, None)
        params[name] = self.place_of(row, neighbour)
        return f"?{params.urlencode()}"


def _beyond(column: str, than: str, value: Any, pk: int) -> Q:
    # The first condition alone lets the database start in the index at the place.
    return Q(**{f"{column}__{than}e": value}) & (
        Q(**{f"{column}__{than}": value}) | Q(**{f"pk__{than}": pk})
    )
