"""Filters and orders of a list that an index answers, however many rows there are.

A filter and an order seldom have an index together. Then either few rows pass the
filter, and they are looked up and sorted, or many do, and some of them are met soon
when the order's index is read. Which of the two it is, a look at the first rows of the
filter's own index tells. Databases guess here, and SQLite without statistics guesses
wrong by a factor of thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Func, Model, QuerySet
from django.db.models.lookups import In

if TYPE_CHECKING:
    _In = In[Any]
else:  # Django's lookups take no type parameters when they run.
    _In = In

M = TypeVar("M", bound=Model)
FEW = 5_000


class Unindexed(Func):
    """A column whose index the planner leaves alone (on SQLite, which needs it)."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)


class Among(_In):
    """``IN`` for thousands of keys; PostgreSQL takes them as one value."""

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, list(self.rhs)]


@dataclass(frozen=True)
class Part:
    """One filter on one column.

    ``narrow(rows, column)`` filters by what is called ``column``. ``orders`` are the
    orders that an index beginning with this column gives, when its value is fixed.
    """

    column: str
    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]
    orders: frozenset[str] = frozenset()

    def by_index(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Those rows that pass, for the index of the filter."""
        return self.narrow(rows, self.column)

    def by_reading(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Those rows that pass, each looked at in the order in which it comes."""
        name = f"read_{self.column}"
        field: Any = rows.model._meta.get_field(self.column)
        plain = field.target_field if field.is_relation else field
        column = Unindexed(F(self.column), output_field=plain)
        return self.narrow(rows.alias(**{name: column}), name)


def passing(rows: QuerySet[M], parts: Sequence[Part]) -> QuerySet[M]:
    """The rows that pass all filters, in no order; the database chooses an index."""
    for part in parts:
        rows = part.by_index(rows)
    return rows


def read_through(rows: QuerySet[M], parts: Sequence[Part]) -> QuerySet[M]:
    """The rows that pass all filters, whatever index what follows chooses."""
    for part in parts:
        rows = part.by_reading(rows)
    return rows


def in_order(rows: QuerySet[M], parts: Sequence[Part], order: str) -> QuerySet[M]:
    """The rows that pass all filters, for a page of them by ``order`` (a column).

    Costs one small query for each filter, but for one whose index gives the order.
    """
    server = next((part for part in parts if order in part.orders), None)
    others = [part for part in parts if part is not server]
    for part in others:
        if (few := _few(rows.model, part)) is not None:
            return read_through(rows, parts).filter(Among(F("pk"), few))
    return read_through(server.by_index(rows) if server else rows, others)


def _few(model: type[Model], part: Part) -> list[int] | None:
    """The keys of those that pass, None if they are many. Deleted ones too: to leave
    them out, the database would have to look each row up.
    """
    rows = part.by_index(model._base_manager.order_by())
    found = list(rows.values_list("pk", flat=True)[: FEW + 1])
    return found if len(found) <= FEW else None
