"""Statements compiled once, for the few that run with every event of every phone.

Django builds the SQL of a query anew each time, which costs about twenty times what
SQLite takes to run it. Here the query is written as ever, and built at its first use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Model, QuerySet, Value
from django.db.models.query import ModelIterable

P = ParamSpec("P")
Row = TypeVar("Row")
# What databases take as it is, but for a JSON field.
PLAIN = (str, int, bool, type(None))
# The name of an argument and, where it is a list, its length (0: it is none).
Shape = tuple[tuple[str, int], ...]


class Slot(NamedTuple):
    """Where a value goes: the argument's name and, in a list, the position."""

    name: str
    position: int


class Compiled(NamedTuple):
    """A query's SQL; its parameters, some of them slots; how its rows are read."""

    sql: str
    params: Sequence[Any]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    model: type[Model] | None
    names: Sequence[str]


def compiled(build: Callable[P, QuerySet[Any, Row]]) -> Callable[..., list[Row]]:
    """Let a function that gives a query give its rows instead; the SQL is built once.

    The function gets placeholders, so it may hand its arguments to the query only,
    and not look at them. They are passed by name: single values (not None), or
    collections with at least one value for ``__in``.
    """

    @cache
    def statement(vendor: str, shape: Shape) -> Compiled:
        slots: dict[str, Any] = {
            name: [Value(Slot(name, index)) for index in range(length)]
            if length
            else Value(Slot(name, 0))
            for name, length in shape
        }
        return _compile(build(**slots))  # type: ignore[call-arg]

    @wraps(build)
    def rows(**values: Any) -> list[Row]:
        given = {name: _padded(value) for name, value in values.items()}
        shape = tuple(
            (name, len(value) if isinstance(value, list) else 0)
            for name, value in given.items()
        )
        connection = connections[DEFAULT_DB_ALIAS]
        return _run(statement(connection.vendor, shape), given, connection)

    return rows


def _padded(value: Any) -> Any:
    """A collection as a list whose length is a power of two: few lengths, few SQLs."""
    if isinstance(value, str) or not isinstance(value, Collection):
        return value
    values = list(value)
    length = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (length - len(values))


def _compile(queryset: QuerySet[Any, Any]) -> Compiled:
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    columns = [column for column, *_rest in compiler.select]
    gives_models = issubclass(queryset._iterable_class, ModelIterable)
    return Compiled(
        sql,
        params,
        [
            (index, functions, column)
            for index, (functions, column) in compiler.get_converters(columns).items()
        ],
        queryset.model if gives_models else None,
        [column.target.attname for column in columns] if gives_models else (),
    )


def _run(
    statement: Compiled, given: dict[str, Any], connection: BaseDatabaseWrapper
) -> list[Any]:
    params = [
        _filled(param, given, connection) if isinstance(param, Slot) else param
        for param in statement.params
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, params)
        found = cursor.fetchall()
    rows = _converted(found, statement.converters, connection)
    if statement.model is None:
        return rows
    make, names = statement.model.from_db, statement.names
    return [make(DEFAULT_DB_ALIAS, names, row) for row in rows]


def _filled(slot: Slot, given: dict[str, Any], connection: BaseDatabaseWrapper) -> Any:
    value = given[slot.name]
    value = value[slot.position] if isinstance(value, list) else value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _converted(
    found: Iterable[Sequence[Any]],
    converters: Sequence[Any],
    connection: BaseDatabaseWrapper,
) -> list[Any]:
    """The rows as Django would read them from this kind of database."""
    rows = []
    for raw in found:
        row = list(raw)
        for index, functions, column in converters:
            for function in functions:
                row[index] = function(row[index], column, connection)
        rows.append(tuple(row))
    return rows


@cache
def _insertion(model: type[Model], vendor: str) -> tuple[str, Sequence[Any]]:
    key = model._meta.pk
    fields = [field for field in model._meta.concrete_fields if field is not key]
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    slots = ", ".join(["%s"] * len(fields))
    return (
        f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) "  # noqa: S608
        f"VALUES ({slots}) RETURNING {quoted(key.column)}"
    ), fields


@cache
def _change(
    model: type[Model], names: tuple[str, ...], vendor: str
) -> tuple[str, Sequence[Any]]:
    known = {field.name: field for field in model._meta.concrete_fields}
    known |= {field.attname: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in names]
    key = model._meta.pk
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    changes = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    return (
        f"UPDATE {quoted(model._meta.db_table)} SET {changes} "  # noqa: S608
        f"WHERE {quoted(key.column)} = %s"
    ), [*fields, key]


def _stored(row: Model, field: Any, connection: BaseDatabaseWrapper) -> Any:
    """A field's value as this kind of database takes it."""
    value = getattr(row, field.attname)
    if type(value) in PLAIN and not isinstance(field, JSONField):
        return value
    return field.get_db_prep_save(value, connection)


def insert(row: Model) -> None:
    """Insert a new row and give it its key. No signals, no ``pre_save`` of fields."""
    connection = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insertion(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_stored(row, field, connection) for field in fields])
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(row: Model, names: Iterable[str]) -> None:
    """Write some fields of a row; a foreign key may be named by its column.

    No signals, no ``pre_save`` of fields.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    sql, fields = _change(type(row), tuple(names), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_stored(row, field, connection) for field in fields])
