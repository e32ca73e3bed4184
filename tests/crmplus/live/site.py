"""An installation with the probe, and people signed in to it."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import services
from tests.support.server import ACTIVATE, Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ENVIRON = {
    "DJANGO_SETTINGS_MODULE": "tests.crmplus.live.probe.settings",
    "SECRET_KEY": "the-live-tests-" * 4,
}
PEOPLE = ("anna", "ben")
# Makes users 1 and 2, and a session for each, named after them.
MAKE_PEOPLE = f"""
from django.contrib.auth import *
from django.contrib.sessions.backends.db import SessionStore
for name in {PEOPLE!r}:
    user = get_user_model().objects.create_user(name, password="!")
    session = SessionStore()
    session.update({{
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }})
    session.save()
    session.model.objects.update_or_create(
        session_key=name * 8,
        defaults={{
            "session_data": session.encode(session.load()),
            "expire_date": session.get_expiry_date(),
        }},
    )
"""


def make_site(data: Path) -> Path:
    """Fill a data folder: database, static files, Anna (1) and Ben (2) signed in."""
    server = Server(data, ENVIRON)
    server.manage("migrate", "--verbosity=0")
    server.manage(*ACTIVATE)
    server.manage("collectstatic", "--noinput", "--verbosity=0")
    server.manage("shell", "--verbosity=0", "-c", MAKE_PEOPLE)
    return data


class Site:
    """A running server of such an installation."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def publish(self, *users: int, **message: Any) -> None:
        """Publish a message in the server's process."""
        body = json.dumps({"users": users, "message": {"type": "call", **message}})
        self._ask("publish", body.encode())

    def counts(self) -> dict[str, int]:
        """How many streams are open in the process; how many cards were fetched."""
        found: dict[str, int] = json.loads(self._ask("counts"))
        return found

    def streams(self) -> int:
        return self.counts()["streams"]

    def execute(self, sql: str, *values: str) -> None:
        """Change the database, as another process would."""
        path = self.server.data / "crmplus.sqlite3"
        with closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute(sql, values)

    def sign_out(self, name: str) -> None:
        self.execute("DELETE FROM django_session WHERE session_key = ?", name * 8)

    def _ask(self, name: str, body: bytes | None = None) -> bytes:
        address = f"{self.server.url}/probe/{name}"
        with urllib.request.urlopen(address, data=body, timeout=10) as answer:
            content: bytes = answer.read()
            return content


def become(context: BrowserContext, site: Site, name: str) -> None:
    """Sign somebody in, in all tabs of a browser."""
    cookie = {"name": "sessionid", "value": name * 8, "url": site.server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]


LISTEN = """() => {
    const live = globalThis[Symbol.for("crmplus.live")];
    window.calls = [];
    live.on("call", (call) => window.calls.push(call));
}"""


class Tab:
    """A page that notes the calls it hears of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("/")
        page.evaluate(LISTEN)

    def waits_for(self, state: str, seconds: float = 15) -> None:
        """Until the live state that the page shows is this one."""
        self.page.wait_for_selector(
            f"#live-state[data-state={state}]", timeout=seconds * 1000, state="attached"
        )

    def hears(self, count: int) -> list[dict[str, Any]]:
        """The calls, once they are so many."""
        services.wait_until(lambda: len(self.calls()) >= count, f"{count} calls", 15)
        return self.calls()

    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("window.calls")
        return found

    def card(self, **message: Any) -> str | None:
        """What the live channel gives as a message's card."""
        found: str | None = self.page.evaluate(
            'message => globalThis[Symbol.for("crmplus.live")].card(message)', message
        )
        return found
