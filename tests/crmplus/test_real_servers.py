"""The servers, databases and browser that other tests build upon."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from tests.support import services
from tests.support.fixtures import missing
from tests.support.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

StartServer = Callable[..., Server]
KEY = "sk_AbCd" + "x" * 39


def test_tests_reach_no_other_machine() -> None:
    with pytest.raises(PermissionError):
        socket.create_connection(("192.0.2.7", 80), timeout=1)


def test_what_is_missing_is_skipped_but_never_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Gramophone is missing"):
        missing("Gramophone")

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Gramophone is missing"):
        missing("Gramophone")


@pytest.mark.slow
def test_a_server_starts_ends_and_starts_again(server: StartServer) -> None:
    running = server()

    running.kill()
    running.start()
    users = running.manage("shell", "--verbosity=0", "-c", COUNT_USERS)
    running.stop()

    assert users.strip() == "0"
    assert running.process.returncode in {0, -15}


@pytest.mark.slow
def test_the_access_log_masks_keys(server: StartServer) -> None:
    running = server()

    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{running.url}/softphone/{KEY}/nothing?a=1")

    services.wait_until(lambda: "/softphone/sk_AbCd…" in running.log(), "no line")
    assert KEY not in running.log()


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = Server(tmp_path, {"DJANGO_SETTINGS_MODULE": "no_such_settings"})

    with pytest.raises(RuntimeError, match="no_such_settings"):
        broken.start()


@pytest.mark.postgres
@pytest.mark.redis
def test_two_servers_share_postgres_and_redis(
    server: StartServer, postgres_database: str, redis_url: str
) -> None:
    first = server(DATABASE_URL=postgres_database, REDIS_URL=redis_url)
    second = server(beside=first)

    assert first.url != second.url
    second.manage("shell", "--verbosity=0", "-c", MAKE_USER)
    assert first.manage("shell", "--verbosity=0", "-c", COUNT_USERS).strip() == "1"


@pytest.mark.postgres
def test_a_database_is_gone_after_its_test(postgres_url: str) -> None:
    with services.postgres_database(postgres_url) as url:
        psycopg.connect(url).close()

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@pytest.mark.redis
def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


@pytest.mark.browser
def test_a_browser_signs_in(
    server: StartServer, page: Callable[..., Page], screenshot: Callable[..., Path]
) -> None:
    running = server()
    running.manage("shell", "--verbosity=0", "-c", MAKE_USER)

    opened = page(running, "anna")

    assert opened.url == f"{running.url}/"
    assert screenshot(opened, "home").exists()


COUNT_USERS = "from crmplus.accounts.models import User; print(User.objects.count())"
MAKE_USER = (
    "from crmplus.accounts.models import User; from crmplus.conf import env; "
    "User.objects.create_user('anna', password=env.demo_password)"
)
