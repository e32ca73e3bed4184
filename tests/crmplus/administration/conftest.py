"""An add-on of these tests, and whoever issues codes for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from django.test import Client

from crmplus import conf, hooks
from crmplus.administration import activation, addons
from crmplus.administration.activation import Statement
from tests.crmplus.accounts.conftest import (  # noqa: F401  (fixtures)
    admin,
    anna,
    client_of,
    karin,
)

CHAT = hooks.AddOn(
    key="chat",
    name="Chat",
    description="Talks with customers.",
    icon="message",
    apps=("chat",),
    cron_commands=("tidy",),
    doors=("chat.door",),
    stops=("Nobody can write to you.",),
)


@dataclass(frozen=True)
class Issuer:
    """Who holds the private key."""

    private: bytes
    public: bytes

    def code(self, add_on: str = "chat", until: str = "2027-12-31", **more: str) -> str:
        """A code of this issuer's."""
        fields = {"licensee": "Muster GmbH", "serial": "2026-0001", **more}
        statement = Statement(
            add_on=add_on, valid_until=date.fromisoformat(until), **fields
        )
        return activation.issue(statement, self.private)


@pytest.fixture
def set_env(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the add-ons another environment: ``set_env(demo=True)``."""

    def change(**values: object) -> None:
        monkeypatch.setattr(addons, "env", replace(conf.load({}), **values))

    return change


@pytest.fixture
def issuer(set_env: Callable[..., None]) -> Issuer:
    """The issuer whose codes count here."""
    found = Issuer(*activation.key_pair())
    set_env(activation_public_key=found.public)
    return found


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[hooks.AddOn]:
    """An add-on beside the installed ones; nothing is known of any of them yet."""
    monkeypatch.setattr(addons, "_kept", [])
    with hooks.temporarily(CHAT):
        yield CHAT


@pytest.fixture
def admins(admin) -> Client:  # noqa: F811
    """An administrator's browser."""
    return client_of(admin)
