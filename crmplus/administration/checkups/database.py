"""The database: reachable, up to date, and keeping what it was given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import psycopg
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus.administration.checkups.reasons import reason
from crmplus.hooks import Finding, Level

# psycopg waits no shorter than that (libpq manual, connect_timeout).
SECONDS = 2
# PRAGMA synchronous (SQLite manual): FULL, and EXTRA above it.
FULL = 2
POSTGRES_KEEPS = ("fsync", "full_page_writes", "synchronous_commit")


def fault() -> str:
    """Why the database does not answer, "" if it does; takes two seconds at most."""
    try:
        if connection.connection is None:
            _reach()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (Error, psycopg.Error) as error:
        return reason(error)
    return ""


def _reach() -> None:
    """Knock at PostgreSQL: the pool of connections would wait much longer."""
    if connection.vendor == "postgresql":
        given = {**connection.get_connection_params(), "connect_timeout": SECONDS}
        psycopg.connect(**given).close()


def unreachable(fault: str) -> Finding:
    """What is said of a database that does not answer."""
    return Finding(
        level=Level.ERROR,
        text=_("The database does not answer: %(reason)s") % {"reason": fault},
        remedy=_("Start it, or correct DATABASE_URL. Nothing works without it."),
    )


def look() -> list[Finding]:
    """How the database is; a handful of queries of fixed cost."""
    version = ".".join(map(str, connection.get_database_version()))
    text = _("%(database)s %(version)s answers. It takes %(size)s.") % {
        "database": connection.display_name,
        "version": version,
        "size": filesizeformat(_size()),
    }
    return [Finding(text=text), *_migrations(), *_keeping()]


def _size() -> int:
    """Bytes of the database, without its journal."""
    if connection.vendor == "postgresql":
        return int(_value("SELECT pg_database_size(current_database())"))
    return int(_value("PRAGMA page_count")) * int(_value("PRAGMA page_size"))


def _value(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


@cache
def _on_disk() -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """The migrations of the program, each with those it replaces."""
    loader = MigrationLoader(None)
    return {
        key: frozenset(migration.replaces)
        for key, migration in loader.disk_migrations.items()
    }


def _migrations() -> Iterator[Finding]:
    known = _on_disk()
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = [
        key
        for key, replaced in known.items()
        if key not in applied and not (replaced and replaced <= applied)
    ]
    if missing:
        yield _behind(missing)
    apps = {app for app, _name in known}
    if newer := sorted(key for key in applied - set(known) if key[0] in apps):
        yield _ahead(newer)


def _behind(missing: list[tuple[str, str]]) -> Finding:
    text = ngettext(
        "The database is older than the program: %(count)d change is missing "
        "(%(first)s).",
        "The database is older than the program: %(count)d changes are missing, the "
        "first is %(first)s.",
        len(missing),
    )
    return Finding(
        level=Level.ERROR,
        text=text % {"count": len(missing), "first": ".".join(missing[0])},
        remedy=_("Run manage.py ready, and start the server again."),
    )


def _ahead(newer: list[tuple[str, str]]) -> Finding:
    text = _("The database is newer than the program: it knows %(name)s.")
    return Finding(
        level=Level.WARNING,
        text=text % {"name": ".".join(newer[-1])},
        remedy=_("Install the newer version again, or bring a backup back."),
    )


def _keeping() -> Iterator[Finding]:
    """Whether what was acknowledged is still there after a power cut."""
    if connection.vendor == "postgresql":
        yield from _postgres_keeping()
        return
    if _value("PRAGMA journal_mode") != "wal":
        yield Finding(
            level=Level.WARNING,
            text=_("The database has no write-ahead log: readers and writers wait."),
            remedy=_("Put the data folder on a disk of this machine, not of another."),
        )
    if int(_value("PRAGMA synchronous")) < FULL:
        yield _may_lose("synchronous")


def _postgres_keeping() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE setting = 'off' AND name = ANY(%s)",
            [list(POSTGRES_KEEPS)],
        )
        off = sorted(name for (name,) in cursor.fetchall())
    if off:
        yield _may_lose(", ".join(off))


def _may_lose(setting: str) -> Finding:
    text = _("A power cut may lose calls that were acknowledged: %(setting)s is off.")
    return Finding(
        level=Level.WARNING,
        text=text % {"setting": setting},
        remedy=_("Switch it on in the settings of the database."),
    )
