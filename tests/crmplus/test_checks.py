from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import OperationalError, connections

from crmplus import checks, conf, vendor
from crmplus.administration import demo
from crmplus.administration.activation import to_text
from tests.support import services

SetEnv = Callable[..., None]


@pytest.fixture
def set_env(monkeypatch: pytest.MonkeyPatch) -> SetEnv:
    """Gives the checks another environment: ``set_env(HTTPS="1")``."""

    def change(**environ: str) -> None:
        data = {"CRMPLUS_DATA": str(conf.env.data_dir)}
        monkeypatch.setattr(checks, "env", conf.load({**data, **environ}))

    return change


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def test_the_tests_own_settings_have_no_problem() -> None:
    assert run_checks() == []


def test_what_the_environment_got_wrong_is_reported(set_env: SetEnv) -> None:
    set_env(DEBUG="maybe", REGION="Germany")

    assert ids(checks.environment()) == ["crmplus.E001", "crmplus.E006"]


def test_a_data_folder_that_cannot_be_written(set_env: SetEnv, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    set_env(CRMPLUS_DATA=str(tmp_path / "file" / "data"))

    assert ids(checks.data_folder()) == ["crmplus.E009"]


def test_a_data_folder_that_is_yet_to_be_made(set_env: SetEnv, tmp_path: Path) -> None:
    set_env(CRMPLUS_DATA=str(tmp_path / "a" / "b"))

    assert checks.data_folder() == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("vendor", "version", "expected"),
    [
        ("sqlite", (3, 34, 1), ["crmplus.E013"]),
        ("sqlite", (3, 35, 0), []),
        ("postgresql", (3, 34, 1), []),
    ],
)
def test_an_old_sqlite_is_reported_where_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
    vendor: str,
    version: tuple[int, ...],
    expected: list[str],
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(connections["default"], "vendor", vendor)

    assert ids(checks.sqlite_is_new_enough()) == expected


@pytest.mark.django_db
def test_a_database_that_answers() -> None:
    assert checks.database_answers(databases=["default"]) == []


def test_a_database_is_asked_only_where_it_is_named() -> None:
    assert checks.database_answers(databases=None) == []


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def ensure_connection(self) -> None:
            raise OperationalError("connection failed\nno such host")

    monkeypatch.setattr(checks, "connections", {"default": Broken()})

    (message,) = checks.database_answers(databases=["default"])

    assert message.id == "crmplus.E010"
    assert "no such host" in message.msg


def test_redis_is_asked_only_where_it_is_used(set_env: SetEnv) -> None:
    set_env()

    assert checks.redis_answers() == []


def test_redis_that_does_not_answer(set_env: SetEnv) -> None:
    set_env(REDIS_URL=f"redis://127.0.0.1:{services.free_port()}/0")

    assert ids(checks.redis_answers()) == ["crmplus.E011"]


def test_an_address_of_redis_that_makes_no_sense(set_env: SetEnv) -> None:
    set_env(REDIS_URL="redis://127.0.0.1:port/0")

    assert ids(checks.redis_answers()) == ["crmplus.E011"]


@pytest.mark.redis
def test_redis_that_answers(set_env: SetEnv, redis_url: str) -> None:
    set_env(REDIS_URL=redis_url)

    assert checks.redis_answers() == []


@pytest.mark.parametrize(
    ("job", "missing"),
    [
        (("0 2 * * *", checks.CALL_COMMAND, ["migrate"]), []),
        (("0 2 * * *", checks.CALL_COMMAND, ["no_such_command"]), ["no_such_command"]),
        (("0 2 * * *", "crmplus.no_such.module"), ["crmplus.no_such.module"]),
        (("0 2 * * *", "crmplus.lan.lan_names"), []),
    ],
)
def test_cron_jobs_that_lead_nowhere(job: Any, missing: list[str]) -> None:
    assert checks.missing_jobs([job]) == missing


def test_a_cron_job_that_leads_nowhere_is_reported(settings: Any) -> None:
    settings.CRONJOBS = [("0 2 * * *", "crmplus.nothing")]

    assert ids(checks.cron_jobs()) == ["crmplus.W006"]


def test_demo_users_are_refused_on_a_server_for_real_work(set_env: SetEnv) -> None:
    set_env(CRMPLUS_DEMO="1", HTTPS="1")
    assert ids(checks.demo_is_no_production()) == ["crmplus.E012"]

    set_env(CRMPLUS_DEMO="1")
    assert checks.demo_is_no_production() == []


def test_the_key_of_the_demo_is_refused(set_env: SetEnv) -> None:
    set_env(ACTIVATION_PUBLIC_KEY=to_text(demo.PUBLIC_KEY))
    assert ids(checks.demo_key_is_no_key()) == ["crmplus.E015"]

    set_env(ACTIVATION_PUBLIC_KEY=to_text(bytes(32)))
    assert checks.demo_key_is_no_key() == []


def test_missing_front_end_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vendor, "NODE_MODULES", tmp_path)

    assert ids(checks.front_end_packages()) == ["crmplus.W001"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, []),
        ({"ALLOWED_HOSTS": "crm.example"}, ["crmplus.W002"]),
        ({"ALLOWED_HOSTS": "crm.example", "BASE_URL": "http://crm.example"}, []),
        ({"HTTPS": "1"}, ["crmplus.W003"]),
        ({"HTTPS": "1", "BASE_URL": "https://crm.example"}, []),
        ({"ALLOWED_HOSTS": "*", "BASE_URL": "http://crm.example"}, ["crmplus.W004"]),
        ({"ALLOWED_HOSTS": "*", "BASE_URL": "http://a.example", "DEBUG": "1"}, []),
        ({"REDIS_URL": "redis://h"}, ["crmplus.W005"]),
        ({"REDIS_URL": "redis://h", "SECRET_KEY": "x"}, []),
    ],
)
def test_what_does_not_fit_together(
    environ: dict[str, str], expected: list[str]
) -> None:
    assert ids(checks.address_problems(conf.load(environ))) == expected


def test_every_message_says_what_to_do(set_env: SetEnv) -> None:
    env = replace(
        conf.load({"HTTPS": "1", "ALLOWED_HOSTS": "*", "REDIS_URL": "redis://h"})
    )

    assert all(message.hint for message in checks.address_problems(env))


def test_the_addresses_are_checked_at_every_start(set_env: SetEnv) -> None:
    set_env(HTTPS="1")

    assert "crmplus.W003" in ids(run_checks(tags=["security"]))
