"""System checks: every mistake in the settings, with an id and what to do.

E001 to E008 and E014 come from reading the environment (``conf.py``). Checks that ask a
service run only where that is meant: ``check --database default`` (and ``migrate``)
asks the database, ``check --deploy`` asks Redis.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.management import get_commands
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from crmplus import vendor
from crmplus.administration import demo
from crmplus.conf import LOOPBACK, Env, env

OLDEST_SQLITE = (3, 35)
CALL_COMMAND = "django.core.management.call_command"


@register()
def environment(**kwargs: Any) -> list[CheckMessage]:
    """Report what could not be used of the environment."""
    return [
        Error(problem.message, hint=problem.hint, id=problem.id)
        for problem in env.problems
    ]


@register()
def data_folder(**kwargs: Any) -> list[CheckMessage]:
    """The folder of the database, the secret key and the static files."""
    return (
        []
        if writable(env.data_dir)
        else [
            Error(
                f"The data folder {env.data_dir} cannot be written.",
                hint="Set CRMPLUS_DATA to a folder that the server's user may write, "
                "or change this folder's owner.",
                id="crmplus.E009",
            )
        ]
    )


def writable(folder: Path) -> bool:
    """Whether files can be made there, if need be after making the folder."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@register(Tags.database)
def database_answers(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The database can be reached with what DATABASE_URL says."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            connections[alias].ensure_connection()
        except DatabaseError as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
            found.append(
                Error(
                    f"The database does not answer: {reason}",
                    hint="Start it, or correct DATABASE_URL (host, port, name, user, "
                    "password).",
                    id="crmplus.E010",
                )
            )
    return found


@register()
def sqlite_is_new_enough(**kwargs: Any) -> list[CheckMessage]:
    """SQLite gives the key of an inserted row back (RETURNING), as from 3.35."""
    with_sqlite = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
    if not with_sqlite or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return []
    return [
        Error(
            f"Python's SQLite is {sqlite3.sqlite_version}; 3.35 or newer is needed.",
            hint="Use a Python with a newer SQLite, or PostgreSQL by DATABASE_URL.",
            id="crmplus.E013",
        )
    ]


@register(Tags.caches, deploy=True)
def redis_answers(**kwargs: Any) -> list[CheckMessage]:
    """Redis can be reached with what REDIS_URL says."""
    if not env.redis_url:
        return []
    try:
        with redis.Redis.from_url(env.redis_url, socket_connect_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return [
            Error(
                f"Redis does not answer: {error}",
                hint="Start it, or correct REDIS_URL; without REDIS_URL one server "
                "process works alone.",
                id="crmplus.E011",
            )
        ]
    return []


@register()
def cron_jobs(**kwargs: Any) -> list[CheckMessage]:
    """Every line of CRONJOBS leads to something that can be called."""
    return [
        Warning(
            f"CRONJOBS names {what!r}, which does not exist.",
            hint="Remove the line, or install the app that brings it.",
            id="crmplus.W006",
        )
        for what in missing_jobs(settings.CRONJOBS)
    ]


def missing_jobs(jobs: Iterable[Sequence[Any]]) -> list[str]:
    """The functions and management commands in CRONJOBS that are not there."""
    missing = []
    for _, function, *arguments in jobs:
        try:
            import_string(function)
        except ImportError:
            missing.append(function)
            continue
        if function == CALL_COMMAND and arguments[0][0] not in get_commands():
            missing.append(arguments[0][0])
    return missing


@register()
def demo_is_no_production(**kwargs: Any) -> list[CheckMessage]:
    """Demo users have known passwords: never on a server for real work."""
    if not (env.demo and env.https):
        return []
    return [
        Error(
            "CRMPLUS_DEMO is on together with HTTPS: a server for real work must not "
            "hold demo users.",
            hint="Set CRMPLUS_DEMO to 0.",
            id="crmplus.E012",
        )
    ]


@register()
def demo_key_is_no_key(**kwargs: Any) -> list[CheckMessage]:
    """Anyone can sign with the demo's key: its private half is in the repository."""
    if env.activation_public_key != demo.PUBLIC_KEY:
        return []
    return [
        Error(
            "ACTIVATION_PUBLIC_KEY is the key of the demo, which signs for anybody.",
            hint="Set ACTIVATION_PUBLIC_KEY to the key that the issuer of your codes "
            "gave you.",
            id="crmplus.E015",
        )
    ]


@register(Tags.staticfiles)
def front_end_packages(**kwargs: Any) -> list[CheckMessage]:
    """The npm packages that pages use are there."""
    missing = vendor.missing()
    return (
        [
            Warning(
                f"Front-end packages are missing, {missing[0]} for one.",
                hint="Run bin/run, or npm ci; NODE_MODULES names the folder.",
                id="crmplus.W001",
            )
        ]
        if missing
        else []
    )


def address_problems(env: Env) -> list[CheckMessage]:
    """What does not fit together in BASE_URL, ALLOWED_HOSTS, HTTPS and REDIS_URL."""
    found: list[CheckMessage] = []
    hostname = urlsplit(env.base_url).hostname or ""
    public = [host for host in env.allowed_hosts if host not in LOOPBACK]
    if public and hostname in {"localhost", "127.0.0.1", "::1"}:
        found.append(
            Warning(
                f"BASE_URL is {env.base_url}, which phones and other computers cannot "
                "reach.",
                hint=f"Set BASE_URL to the address they use, with {public[0]} for one.",
                id="crmplus.W002",
            )
        )
    if env.https and not env.base_url.startswith("https:"):
        found.append(
            Warning(
                f"HTTPS is on, but BASE_URL is {env.base_url}.",
                hint="Set BASE_URL to the address that begins with https://.",
                id="crmplus.W003",
            )
        )
    if "*" in env.allowed_hosts and not env.debug:
        found.append(
            Warning(
                "ALLOWED_HOSTS lets every host name in.",
                hint="Set ALLOWED_HOSTS to the names that this server is called by.",
                id="crmplus.W004",
            )
        )
    if env.redis_url and not env.secret_key:
        found.append(
            Warning(
                "REDIS_URL is set, but not SECRET_KEY: servers on several machines "
                "would not accept each other's sessions.",
                hint="Set SECRET_KEY to the same long random text on each.",
                id="crmplus.W005",
            )
        )
    return found


@register(Tags.security)
def addresses(**kwargs: Any) -> list[CheckMessage]:
    """What does not fit together in the environment."""
    return address_problems(env)
