"""One of N servers: who of the processes that share a database does the chores.

The leader holds a lock for as long as it lives. The lock belongs to an open file or
connection, so a process that dies gives it up by dying.
"""

from __future__ import annotations

import fcntl
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol
from zlib import crc32

import psycopg
from django.db import connection

from crmplus.conf import env

# The two-number form of an advisory lock has a key space of its own: it can't collide
# with locks named after one number (PostgreSQL manual, section 9.28.10).
LOCKS = 0x43524D2B
CONNECT_SECONDS = 5


class Leader(Protocol):
    """Answers whether this process leads; asked before every piece of work."""

    def mine(self) -> bool:
        """Take the lead if nobody has it. True while this process has it."""
        ...

    def release(self) -> None:
        """Give the lead to whoever asks next."""
        ...


class FileLeader:
    """Leads by a locked file: for the processes of one machine, beside SQLite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._threads = threading.Lock()

    def mine(self) -> bool:
        with self._threads:
            self._file = self._file or self._locked()
            return self._file is not None

    def release(self) -> None:
        with self._threads:
            if self._file:
                self._file.close()
            self._file = None

    def _locked(self) -> IO[bytes] | None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file


class PostgresLeader:
    """Leads by a session's advisory lock on a connection of its own.

    Outside of the pool: a pooled connection would be handed on with its lock.
    """

    def __init__(self, parameters: dict[str, Any], chore: str) -> None:
        self._parameters = parameters
        # The lock's number is a signed one of 32 bits.
        self._lock = (LOCKS, crc32(chore.encode()) - 2**31)
        self._connection: psycopg.Connection[Any] | None = None
        self._threads = threading.Lock()

    def mine(self) -> bool:
        with self._threads:
            if self._connection and not _alive(self._connection):
                self._connection = None
            self._connection = self._connection or self._locked()
            return self._connection is not None

    def release(self) -> None:
        with self._threads:
            if self._connection:
                # The server notices a closed connection only a moment later.
                with suppress(psycopg.Error):
                    self._connection.execute(
                        "SELECT pg_advisory_unlock(%s, %s)", self._lock
                    )
                self._connection.close()
            self._connection = None

    def _locked(self) -> psycopg.Connection[Any] | None:
        connection = psycopg.connect(
            **{**self._parameters, "connect_timeout": CONNECT_SECONDS},
            autocommit=True,
        )
        row = connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", self._lock
        ).fetchone()
        if row and row[0]:
            return connection
        connection.close()
        return None


def _alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        connection.close()
        return False
    return True


def leader(chore: str = "leader") -> Leader:
    """The way to lead in one chore that fits the installation's database.

    ``chore`` names the lock; each has a leader of its own.
    """
    if connection.vendor == "postgresql":
        return PostgresLeader(connection.get_connection_params(), chore)
    return FileLeader(env.data_dir / f"{chore}.lock")
