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
    """
    keyset = _Keyset(rows, order, params, size)
    return keyset.before() or keyset.after() or keyset.first()


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
    return shown, keyset.place_of(shown[-1]) if len(found) > size else ""


def beyond(rows: QuerySet[M], order: str, place: str) -> QuerySet[M]:
    """The rows behind a place ("" for all of them), in that order; asks nothing yet.

    ``order`` as for ``page``. Raises NoPlaceError.
    """
    keyset = _Keyset(rows, order, QueryDict(), PAGE_SIZE)
    start = keyset.place(place)
    if place and not start:
        raise NoPlaceError(place)
    return keyset.ordered(backwards=False, place=start)


def place_of(row: Model, order: str) -> str:
    """The text that stands for the place of a row; ``order`` as for ``page``."""
    rows = type(row)._default_manager.none()
    return _Keyset(rows, order, QueryDict(), PAGE_SIZE).place_of(row)


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

    def read(self, *, backwards: bool, place: list[Any] | None = None) -> list[M]:
        return list(self.ordered(backwards=backwards, place=place)[: self.size + 1])

    def ordered(
        self, *, backwards: bool, place: list[Any] | None = None
    ) -> QuerySet[M]:
        down = self.descending != backwards
        sign = "-" if down else ""
        rows = self.rows.order_by(f"{sign}{self.column}", f"{sign}pk")
        if place:
            rows = rows.filter(_beyond(self.column, "lt" if down else "gt", *place))
        return rows

    def place(self, text: str) -> list[Any] | None:
        """The value and the key that a text stands for; None if it is no place."""
        try:
            place: list[Any] = Signer(salt=__name__).unsign_object(text)
        except (BadSignature, ValueError):
            return None
        column, value, pk = place
        return [self.field.to_python(value), pk] if column == self.column else None

    def _page(self, rows: list[M], previous: bool, following: bool) -> Page[M]:
        return Page(
            rows=rows,
            previous_url=self._url("before", rows[0]) if previous else "",
            next_url=self._url("after", rows[-1]) if following else "",
        )

    def place_of(self, row: M) -> str:
        """The text that stands for the place of a row."""
        place = [self.column, self.field.value_to_string(row), row.pk]
        return Signer(salt=__name__).sign_object(place)

    def _url(self, name: str, row: M) -> str:
        params = self.params.copy()
        for either in ("after", "before"):
            params.pop(either, None)
        params[name] = self.place_of(row)
        return f"?{params.urlencode()}"


def _beyond(column: str, than: str, value: Any, pk: int) -> Q:
    # The first condition alone lets the database start in the index at the place.
    return Q(**{f"{column}__{than}e": value}) & (
        Q(**{f"{column}__{than}": value}) | Q(**{f"pk__{than}": pk})
    )
