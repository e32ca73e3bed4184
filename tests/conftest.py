"""What all tests share."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone, translation

from crmplus import hooks
from crmplus.administration import addons
from crmplus.conf import env
from crmplus.phonebook import plan
from crmplus.phonebook.normalise import NumberPlan
from pbxmanager.blocking import any_blocked
from pbxmanager.models import Disposition
from pbxmanager.rules import Rules, rules
from pbxmanager.workplace import routing
from tests.support.examples import FULL
from tests.support.fixtures import (  # noqa: F401  (fixtures of all tests)
    baresip,
    browser,
    migrated_postgres,
    migrated_sqlite,
    page,
    postgres_database,
    postgres_url,
    redis_url,
    screenshot,
    server,
    twinkle,
)

# Tests that start real servers run one after the other, beside the quick ones.
GROUPS = {
    "browser": "screen",
    "softphone": "screen",
    "postgres": "servers",
    "redis": "servers",
    "slow": "servers",
    "races": "threads",
}
ON_POSTGRES = os.environ.get("TEST_DB") == "postgres"
# What has a screen or a phone shares two cores with all other tests, and waits for real
# time to pass: docs/decisions/second-try.md.
SECOND_TRY = frozenset({"browser", "softphone"})
LOOPBACK = ("127.", "::1", "localhost")

hypothesis.settings.register_profile("product", deadline=None, max_examples=FULL)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)
hypothesis.settings.load_profile("product")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep the tests of each group on one of pytest-xdist's workers; on PostgreSQL
    run only what talks to the database."""
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if marks & SECOND_TRY:
            item.add_marker(pytest.mark.flaky(reruns=1))
        groups = {GROUPS.get(mark, "") for mark in marks} - {""}
        if groups:
            item.add_marker(pytest.mark.xdist_group(min(groups)))
    if ON_POSTGRES:
        without = [item for item in items if not uses_database(item)]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if uses_database(item)]


def uses_database(item: pytest.Item) -> bool:
    """Whether a test asks pytest-django for the database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") is not None
    return marked or bool(fixtures & {"db", "transactional_db"})


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Tests reach no network but their own machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise PermissionError(f"A test wants to reach {address[0]}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def outcomes_stay() -> Iterator[None]:
    """The outcomes that the tables are made with are there again after a test that
    had to empty them all; Django tells of that by ``post_migrate``."""

    def make(using: str, **_: Any) -> None:
        tables = connections[using].introspection.table_names()
        if Disposition._meta.db_table in tables and not Disposition.objects.exists():
            migration = import_module("pbxmanager.migrations.0006_default_dispositions")
            migration.make(apps, None)

    config = apps.get_app_config("pbxmanager")
    post_migrate.connect(make, sender=config, weak=False)
    yield
    post_migrate.disconnect(make, sender=config)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """No test sees what another one cached, nor the language and zone of its user."""
    yield
    cache.clear()
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def add_ons_are_active(monkeypatch: pytest.MonkeyPatch) -> None:
    """All add-ons work, without a code and without asking the database."""
    keys = frozenset(add_on.key for add_on in hooks.registered(hooks.AddOn))
    monkeypatch.setattr(addons, "_kept", [(math.inf, keys)])


@pytest.fixture(autouse=True)
def settings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What servers read once in a few seconds is read, until a test changes it.

    Inside a test's transaction it would be asked for again and again.
    """
    monkeypatch.setattr(plan, "_kept", [(math.inf, NumberPlan(region=env.region))])
    monkeypatch.setattr(rules, "_kept", (math.inf, Rules()))
    monkeypatch.setattr(any_blocked, "_kept", (math.inf, False))
    monkeypatch.setattr(routing.routes, "_kept", (math.inf, routing.Routes()))
    monkeypatch.setattr(routing.any_shares, "_kept", (math.inf, False))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, request: pytest.FixtureRequest
) -> None:
    """With TEST_DB=postgres: point the settings to the running server."""
    if not ON_POSTGRES:
        return
    url = urlsplit(request.getfixturevalue("postgres_url"))
    connections["default"].settings_dict.update(
        HOST=url.hostname or "",
        PORT=url.port or "",
        USER=url.username or "",
        PASSWORD=url.password or "",
    )
