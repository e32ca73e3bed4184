"""What the benchmarks share: servers of their own, and how figures are shown."""

from __future__ import annotations

import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmplus.accounts.models import User

ROOT = Path(__file__).resolve().parent.parent
SESSION_KEY = "{:032d}"


def environment(data: str, **more: str) -> dict[str, str]:
    """The environment of a product that keeps its data in a folder of its own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crmplus.settings",
        "CRMPLUS_DATA": data,
        "CRMPLUS_DEMO": "1",
        "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
        **more,
    }


@contextmanager
def serving(
    script: str, role: str, port: int, environ: Mapping[str, str]
) -> Iterator[int]:
    """A script in another role, as a server; gives its process ID once it answers."""
    command = [sys.executable, script, "--role", role, "--port", str(port)]
    with subprocess.Popen(command, env=environ, cwd=ROOT) as process:
        try:
            wait_for(port)
            yield process.pid
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Return as soon as somebody listens; raises TimeoutError after 30 s."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("The server did not start.")


def resident(pid: int) -> int:
    """A process's resident memory in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """The median and the 99th percentile of milliseconds."""
    cuts = statistics.quantiles(took, n=1_000)
    return {"p50 ms": cuts[499], "p99 ms": cuts[989]}


def show(name: str, figures: Mapping[str, float]) -> None:
    """One line of a benchmark."""
    line = "  ".join(f"{key} {value:.2f}" for key, value in figures.items())
    print(f"{name:8} {line}", flush=True)


def sign_in(users: Iterable[User]) -> None:
    """Give each of some saved users a session, keyed by ``SESSION_KEY``."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
    from django.contrib.auth import SESSION_KEY as USER_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    store = SessionStore()
    Session.objects.bulk_create(
        Session(
            session_key=SESSION_KEY.format(user.pk),
            session_data=store.encode(
                {
                    USER_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=store.get_expiry_date(),
        )
        for user in users
    )
