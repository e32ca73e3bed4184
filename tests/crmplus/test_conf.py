from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.conf import BASE_DIR, LOOPBACK, load


def test_an_empty_environment_gives_one_server_with_sqlite() -> None:
    env = load({})

    assert env.problems == ()
    assert (env.debug, env.demo, env.https) == (False, False, False)
    assert env.allowed_hosts == LOOPBACK
    assert env.base_url == "http://localhost:8000"
    assert env.data_dir == BASE_DIR / "var"
    assert env.database_url.endswith("/var/crmplus.sqlite3")
    assert (env.redis_url, env.celery_broker_url, env.secret_key) == ("", "", "")
    assert (env.time_zone, env.region) == ("Europe/Berlin", "DE")
    assert (env.trusted_proxies, env.database_pool) == (0, 16)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("DEBUG", "yes", "debug", True),
        ("DEBUG", "Off", "debug", False),
        ("HTTPS", "1", "https", True),
        ("CRMPLUS_DEMO", "true", "demo", True),
        ("DEMO_PASSWORD", "x y", "demo_password", "x y"),
        ("SECRET_KEY", "s3cret", "secret_key", "s3cret"),
        (
            "ALLOWED_HOSTS",
            "a.example, .b.example",
            "allowed_hosts",
            ("a.example", ".b.example"),
        ),
        (
            "ALLOWED_HOSTS",
            "192.0.2.1,[fd00::2]",
            "allowed_hosts",
            ("192.0.2.1", "[fd00::2]"),
        ),
        ("ALLOWED_HOSTS", "*", "allowed_hosts", ("*",)),
        ("BASE_URL", "https://crm.example/", "base_url", "https://crm.example"),
        ("BASE_URL", "http://crm.example:8000", "base_url", "http://crm.example:8000"),
        ("BASE_URL", "http://[fd00::2]:8000", "base_url", "http://[fd00::2]:8000"),
        ("TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("DATABASE_POOL", "4", "database_pool", 4),
        ("DATABASE_URL", "sqlite:////tmp/a.db", "database_url", "sqlite:////tmp/a.db"),
        ("REDIS_URL", "redis://h:6379/1", "redis_url", "redis://h:6379/1"),
        ("REDIS_URL", "unix:///run/redis.sock", "redis_url", "unix:///run/redis.sock"),
        ("CELERY_BROKER_URL", "amqp://h", "celery_broker_url", "amqp://h"),
        ("CRMPLUS_DATA", "/srv/crm", "data_dir", Path("/srv/crm")),
        ("NODE_MODULES", "/srv/node", "node_modules", Path("/srv/node")),
        ("TIME_ZONE", "America/New_York", "time_zone", "America/New_York"),
        ("REGION", "pl", "region", "PL"),
        ("ACTIVATION_PUBLIC_KEY", "A" * 43, "activation_public_key", bytes(32)),
        ("ACTIVATION_PUBLIC_KEY", f"{'A' * 43}=", "activation_public_key", bytes(32)),
    ],
)
def test_each_setting_is_read(
    name: str, value: str, attribute: str, expected: object
) -> None:
    env = load({name: f" {value} "})

    assert getattr(env, attribute) == expected
    assert env.problems == ()


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("DEBUG", "maybe", "E001"),
        ("HTTPS", "2", "E001"),
        ("TRUSTED_PROXIES", "-1", "E002"),
        ("TRUSTED_PROXIES", "two", "E002"),
        ("TRUSTED_PROXIES", "٣", "E002"),
        ("DATABASE_POOL", "0", "E002"),
        ("DATABASE_POOL", "1000000", "E002"),
        ("DATABASE_URL", "mysql://h/n", "E003"),
        ("REDIS_URL", "localhost:6379", "E003"),
        ("CELERY_BROKER_URL", "sqs://h", "E003"),
        ("DATABASE_URL", "postgresql://u:p@h:5432", "E004"),
        ("DATABASE_URL", "postgresql://u:p/x@h:port/name", "E004"),
        ("DATABASE_URL", "postgresql://u:[p@h/name", "E004"),
        ("TIME_ZONE", "Berlin", "E005"),
        ("TIME_ZONE", "../../etc/passwd", "E005"),
        ("TIME_ZONE", "Europe", "E005"),
        ("REGION", "Germany", "E006"),
        ("REGION", "ÄÖ", "E006"),
        ("ALLOWED_HOSTS", "https://crm.example", "E007"),
        ("ALLOWED_HOSTS", "crm.example:8000", "E007"),
        ("ALLOWED_HOSTS", "crm.example other.example", "E007"),
        ("ALLOWED_HOSTS", ",", "E007"),
        ("BASE_URL", "crm.example", "E008"),
        ("BASE_URL", "ftp://crm.example", "E008"),
        ("BASE_URL", "https://crm.example/crm", "E008"),
        ("BASE_URL", "https://user@crm.example", "E008"),
        ("BASE_URL", "https://crm.example:port", "E008"),
        ("BASE_URL", "https://", "E008"),
        ("ACTIVATION_PUBLIC_KEY", "A" * 42, "E014"),
        ("ACTIVATION_PUBLIC_KEY", "A" * 44, "E014"),
        ("ACTIVATION_PUBLIC_KEY", "Ä" * 43, "E014"),
        ("ACTIVATION_PUBLIC_KEY", "A" * 42 + "!", "E014"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_default_counts(
    name: str, value: str, check: str
) -> None:
    env = load({name: value})

    (problem,) = env.problems
    assert problem.id == f"crmplus.{check}"
    assert problem.message.startswith(name)
    assert problem.hint.startswith(f"Set {name} to ")
    assert replace(env, problems=()) == load({})


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"])
def test_a_password_is_never_shown(name: str) -> None:
    (problem,) = load({name: "smtp://user:hunter2@host/x"}).problems

    assert "hunter2" not in problem.message + problem.hint


def test_the_data_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "my #1 data? 100%"

    database = dj_database_url.parse(load({"CRMPLUS_DATA": str(folder)}).database_url)

    assert database["NAME"] == str(folder / "crmplus.sqlite3")


NAMES = (
    "ACTIVATION_PUBLIC_KEY",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "CELERY_BROKER_URL",
    "CRMPLUS_DATA",
    "DATABASE_POOL",
    "DATABASE_URL",
    "DEBUG",
    "REDIS_URL",
    "REGION",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_no_environment_stops_the_start(environ: dict[str, Any]) -> None:
    ids = {problem.id for problem in load(environ).problems}

    assert ids <= {f"crmplus.E{number:03}" for number in (*range(1, 9), 14)}
