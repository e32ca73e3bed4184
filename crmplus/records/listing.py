"""What the page of a list shows: its heads, and each record with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from crmplus.records.columns import NAME, Column
from crmplus.records.filters import BY_NAME, ListForm
from crmplus.records.models import Record
from crmplus.records.numbers import NumberField, numbers

ASCENDING, DESCENDING = "ascending", "descending"


@dataclass(frozen=True)
class Head:
    """The head of a column; ``url`` sorts by it, "" where it can't be sorted by.

    ``sorted`` is what ``aria-sort`` says, "" if the list is sorted by something else.
    """

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Numbers:
    """The number to ring first, and the mobile number."""

    main: NumberField | None
    mobile: NumberField | None


def heads(form: ListForm, columns: Iterable[Column], params: QueryDict) -> list[Head]:
    """The heads of the name and of the columns."""
    return [_head(form, column, params) for column in (NAME, *columns)]


def lines(records: Sequence[Record]) -> list[tuple[Record, Numbers]]:
    """Each record with its numbers."""
    return [(record, _numbers(record)) for record in records]


def _head(form: ListForm, column: Column, params: QueryDict) -> Head:
    if not column.order:
        return Head(column, "", "")
    key, turned = form.sorting
    if key != column.key:
        return Head(column, _url(params, column.key), "")
    down = form.order.startswith("-")
    other = column.key if turned else f"-{column.key}"
    return Head(column, _url(params, other), DESCENDING if down else ASCENDING)


def _url(params: QueryDict, sort: str) -> str:
    """The list sorted otherwise, from its beginning."""
    query = params.copy()
    for name in ("after", "before", "sort"):
        query.pop(name, None)
    if sort != BY_NAME:
        query["sort"] = sort
    return f"?{query.urlencode()}"


def _numbers(record: Record) -> Numbers:
    found = numbers(record)
    mobile = [number for number in found if number.name == "mobile"]
    return Numbers(next(iter(found), None), next(iter(mobile), None))
