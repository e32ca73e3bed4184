"""What Django's settings become of an environment."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from typing import Any

import pytest

from crmplus import conf

Settings = Callable[..., dict[str, Any]]


@pytest.fixture
def made_of(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Django's settings in another environment: ``made_of(HTTPS="1")``."""
    data_dir = str(conf.env.data_dir)

    def make(**environ: str) -> dict[str, Any]:
        env = conf.load({"CRMPLUS_DATA": data_dir, **environ})
        monkeypatch.setattr(conf, "env", env)
        return runpy.run_path(str(conf.BASE_DIR / "crmplus" / "settings.py"))

    return make


def test_sqlite_loses_nothing_that_was_acknowledged(made_of: Settings) -> None:
    options = made_of()["DATABASES"]["default"]["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_postgres_is_pooled_and_keeps_the_options_of_its_address(
    made_of: Settings,
) -> None:
    url = "postgresql://u:p%40ss@db.example:5433/crm?sslmode=require"
    database = made_of(DATABASE_URL=url, DATABASE_POOL="1")["DATABASES"]["default"]

    assert database["PASSWORD"] == "p@ss"
    assert database["CONN_HEALTH_CHECKS"]
    assert database["OPTIONS"] == {
        "sslmode": "require",
        "pool": {"min_size": 1, "max_size": 1, "timeout": 10},
    }


def test_https_is_strict(made_of: Settings) -> None:
    made = made_of(HTTPS="1", TRUSTED_PROXIES="1")

    assert made["SECURE_SSL_REDIRECT"]
    assert made["SESSION_COOKIE_SECURE"]
    assert made["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_no_header_makes_a_request_secure_without_a_proxy(made_of: Settings) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in made_of(HTTPS="1")
    assert "SECURE_PROXY_SSL_HEADER" not in made_of(TRUSTED_PROXIES="1")


def test_plain_http_works_without_secure_cookies(made_of: Settings) -> None:
    assert "SESSION_COOKIE_SECURE" not in made_of()


def test_servers_share_what_they_cache_in_redis(made_of: Settings) -> None:
    assert "CACHES" not in made_of()
    cache = made_of(REDIS_URL="redis://h/1")["CACHES"]["default"]
    assert cache["LOCATION"] == "redis://h/1"


def test_slow_work_runs_in_process_without_a_broker(made_of: Settings) -> None:
    assert made_of()["CELERY_TASK_ALWAYS_EAGER"]
    assert not made_of(CELERY_BROKER_URL="redis://h/2")["CELERY_TASK_ALWAYS_EAGER"]


def test_a_given_secret_key_is_used(made_of: Settings) -> None:
    assert made_of(SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert len(made_of()["SECRET_KEY"]) >= 50


@pytest.mark.parametrize("debug", ["0", "1"])
def test_static_names_are_hashed_but_for_developers(
    made_of: Settings, debug: str
) -> None:
    backend = made_of(DEBUG=debug)["STORAGES"]["staticfiles"]["BACKEND"]

    assert backend.startswith("crmplus.") is (debug == "0")
