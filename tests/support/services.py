"""Real services for the tests: PostgreSQL and Redis in scratch folders on free ports,
and where the programs for them, for the browser and for the softphone are."""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
POSTGRES = (
    *("-c", "listen_addresses=127.0.0.1"),
    *("-c", "max_connections=200"),
    *("-c", "fsync=off"),
    *("-c", "full_page_writes=off"),
)
PATIENCE = 60.0


def program(*names: str) -> str:
    """The path of the first of these programs that is installed, else ""."""
    return next((found for name in names if (found := shutil.which(name))), "")


def chromium() -> str:
    """The browser: what CHROMIUM names, else what is installed, else ""."""
    return os.environ.get("CHROMIUM") or program(*CHROMIUMS)


def baresip() -> str:
    """The softphone: what BARESIP names, else what is installed, else ""."""
    return os.environ.get("BARESIP") or program("baresip")


def twinkle() -> str:
    """The other softphone: what TWINKLE names, else what is installed, else ""."""
    return os.environ.get("TWINKLE") or program("twinkle-console")


def redis_server() -> str:
    """The Redis server that is installed, else ""."""
    return program("redis-server", "valkey-server")


def postgres_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``; Debian keeps it off the PATH."""
    on_path = program("initdb")
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: int(path.parts[-3]), default=None)
    return Path(on_path).parent if on_path else newest.parent if newest else None


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again until it is so; else fail with ``what``."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} within {seconds:g} s")
        time.sleep(0.05)


def end_with_parent(stop_signal: int) -> None:
    """In a child: end when the test run is killed, so that no server is left over."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, stop_signal)


def start(
    command: list[str], log: Path, stop_signal: int = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a process whose output goes to the end of ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(end_with_parent, stop_signal),
            **options,
        )


def stop(process: subprocess.Popen[bytes], stop_signal: int = signal.SIGTERM) -> None:
    """Ask a process to end, and make sure that it did."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> pwd.struct_passwd | None:
    """Who runs what refuses to run as root; None where we are not root anyway."""
    if os.geteuid():
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL cluster of our own, gone afterwards.

    It doesn't wait for the disk: tests kill our servers, never the machine.
    """
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed.")
    with scratch("crmplus-postgres-") as folder:
        data, log, port = folder / "data", folder / "log", free_port()
        options: dict[str, Any] = {"cwd": folder}
        if user := unprivileged():
            os.chown(folder, user.pw_uid, user.pw_gid)
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "crmplus", *INITDB],
            check=True,
            capture_output=True,
            **options,
        )
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        command += ["-k", str(folder), *POSTGRES]
        server = start(command, log, signal.SIGINT, **options)
        url = f"postgresql://crmplus@127.0.0.1:{port}/postgres"
        try:
            wait_until(lambda: _postgres_answers(url), "PostgreSQL did not answer")
            yield url
        finally:
            stop(server, signal.SIGINT)


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis_instance() -> Iterator[str]:
    """The address of a Redis server of our own, gone afterwards."""
    if not redis_server():
        raise FileNotFoundError("Redis is not installed.")
    with scratch("crmplus-redis-") as folder:
        port = free_port()
        command = [redis_server(), "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        server = start(command, folder / "log")
        url = f"redis://127.0.0.1:{port}/0"
        try:
            with redis.Redis.from_url(url) as client:
                wait_until(lambda: _redis_answers(client), "Redis did not answer")
            yield url
        finally:
            stop(server)


def _redis_answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@contextmanager
def postgres_database(cluster: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database in a cluster, a copy of ``template``."""
    name = f"crmplus_{secrets.token_hex(6)}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield urlsplit(cluster)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
