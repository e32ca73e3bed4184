"""The programs that some tests need: found, else installed, else named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.support import services


@dataclass(frozen=True)
class Need:
    """A program: how to find it, the variable that names it or a running service
    ("" for none), and the Debian package that brings it."""

    name: str
    found: Callable[[], object]
    variable: str
    package: str


NEEDS = (
    Need("PostgreSQL", services.postgres_programs, "TEST_DATABASE_URL", "postgresql"),
    Need("Redis", services.redis_server, "TEST_REDIS_URL", "redis-server"),
    Need("Chromium", services.chromium, "CHROMIUM", "chromium"),
    Need("baresip", services.baresip, "BARESIP", "baresip"),
    Need("Twinkle", services.twinkle, "TWINKLE", "twinkle-console"),
    Need("gettext", lambda: services.program("xgettext"), "", "gettext"),
)


def lacking() -> list[Need]:
    """What neither the environment names nor the machine has."""
    return [
        need
        for need in NEEDS
        if not os.environ.get(need.variable or " ") and not need.found()
    ]


def apt_get() -> list[str]:
    """The command that installs packages, [] where we may not."""
    program = services.program("apt-get")
    if not program:
        return []
    if os.geteuid() == 0:
        return [program]
    sudo = services.program("sudo")
    allowed = sudo and subprocess.run([sudo, "-n", "true"], check=False).returncode == 0
    return [sudo, "-n", program] if allowed else []


def provide() -> None:
    """Install what is missing where that is allowed, and say so; else say what to do.

    Under ``CI=true`` the tests that need it will fail, else they are skipped.
    """
    missing = lacking()
    command = apt_get()
    if missing and command:
        packages = [need.package for need in missing]
        tell(f"Installing from the system's packages: {' '.join(packages)}")
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*command, "-q", "update"], env=environ, check=False)
        subprocess.run(
            [*command, "-q", "-y", "--no-install-recommends", "install", *packages],
            env=environ,
            check=False,
        )
        missing = lacking()
    for need in missing:
        other = f", or set {need.variable}" if need.variable else ""
        tell(f"Missing: {need.name}. Install it (Debian: {need.package}){other}.")


def tell(text: str) -> None:
    """A word to whoever started the tests."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
