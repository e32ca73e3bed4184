"""Every setting that the environment gives, read in one typed place.

``load(environ)`` never raises: what it can't use falls back to the default and is
kept in ``problems``, which the system checks report with an id and a remedy.
``docs/operations.md`` explains each setting; a test compares the two.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import dj_database_url

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# A host as Django compares it: a name, an IPv4 address, an IPv6 address in
# brackets, ".example.com" for a domain with all below it, or "*" for any.
HOST = re.compile(
    r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE
)
SECRETS = frozenset({"CELERY_BROKER_URL", "DATABASE_URL", "REDIS_URL"})

KEY_BYTES = 32

BASE_DIR = Path(__file__).resolve().parent.parent
T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """A setting that could not be used: check id, what is wrong, what to do."""

    id: str
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Env:
    """The product's settings as the environment gives them.

    ``base_url`` has no slash at its end. ``secret_key``, ``demo_password``,
    ``redis_url`` and ``celery_broker_url`` are "" where none was given.
    ``database_pool`` is the most PostgreSQL connections one server process opens.
    ``trusted_proxies`` counts the reverse proxies in front of the server.
    ``activation_public_key`` is the Ed25519 key that activation codes are checked
    with, 32 bytes; empty where none was given.
    """

    debug: bool
    demo: bool
    demo_password: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    base_url: str
    https: bool
    trusted_proxies: int
    database_url: str
    database_pool: int
    redis_url: str
    celery_broker_url: str
    data_dir: Path
    node_modules: Path
    time_zone: str
    region: str
    activation_public_key: bytes
    problems: tuple[Problem, ...] = field(default=())


class Unusable(ValueError):
    """A value that a setting can't have: number of the check, what is wrong, and
    what it should be set to."""

    def __init__(self, check: str, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.check, self.wrong, self.remedy = check, wrong, remedy


def flag(value: str) -> bool:
    """Yes or no, in the usual spellings."""
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise Unusable("E001", "is neither yes nor no", "1 or 0")


def whole_number(value: str, least: int) -> int:
    """A whole number of at most six digits, and at least ``least``."""
    if re.fullmatch(r"[0-9]{1,6}", value) and int(value) >= least:
        return int(value)
    raise Unusable("E002", "is not such a number", f"a whole number, {least} or more")


def service(value: str, schemes: tuple[str, ...]) -> str:
    """The address of a service, with one of these schemes."""
    if value.startswith(tuple(f"{scheme}:" for scheme in schemes)):
        return value
    raise Unusable(
        "E003",
        f"does not begin with {' or '.join(f'{scheme}:' for scheme in schemes)}",
        f"{schemes[0]}://user:password@host:port/name",
    )


def database(value: str) -> str:
    """The database's address, in a form that Django's settings can be made of."""
    service(value, ("postgresql", "postgres", "sqlite"))
    try:
        if dj_database_url.parse(value)["NAME"]:
            return value
    except ValueError:
        pass
    raise Unusable(
        "E004",
        "names no database, or has a character that must be percent-encoded",
        "postgresql://user:password@host:5432/name, with @ in a password as %40",
    )


def zone(value: str) -> str:
    """A time zone of the IANA database."""
    try:
        return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Unusable(
            "E005", "is no time zone", "a name such as Europe/Berlin"
        ) from None


def country(value: str) -> str:
    """A country code of ISO 3166-1."""
    if re.fullmatch(r"[A-Za-z]{2}", value):
        return value.upper()
    raise Unusable("E006", "is no country code", "two letters such as DE")


def hosts(value: str) -> tuple[str, ...]:
    """Host names, separated by commas."""
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if names and all(HOST.fullmatch(name) for name in names):
        return names
    raise Unusable(
        "E007",
        "is not a list of host names",
        "names without scheme, port or path, separated by commas",
    )


def origin(value: str) -> str:
    """The address of a server, without a path."""
    value = value.rstrip("/")
    try:
        url = urlsplit(value)
        plain = url.hostname and url.port != 0 and "@" not in url.netloc
    except ValueError:
        plain = False
    if plain and value in {f"http://{url.netloc}", f"https://{url.netloc}"}:
        return value
    raise Unusable(
        "E008",
        "is not the plain address of a server",
        "an address without a path, such as https://crm.example.com",
    )


def public_key(value: str) -> bytes:
    """An Ed25519 public key (RFC 8032): 32 bytes, written in base64url."""
    try:
        key = base64.b64decode(value.rstrip("=") + "=", b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) == KEY_BYTES:
        return key
    raise Unusable(
        "E014",
        "is no public key of an issuer of activation codes",
        "the 43 letters that the issuer gave you",
    )


@dataclass
class Reader:
    """Reads settings one by one and collects what is wrong with them."""

    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The setting as it stands; an empty one counts as not given."""
        return self.environ.get(name, "").strip()

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """The setting's value; the default where it is missing or unusable."""
        value = self.text(name)
        try:
            return parse(value) if value else default
        except Unusable as error:
            shown = name if name in SECRETS else f"{name}={value!r}"
            self.problems.append(
                Problem(
                    f"crmplus.{error.check}",
                    f"{shown} {error.wrong}.",
                    f"Set {name} to {error.remedy}.",
                )
            )
            return default

    def folder(self, name: str, default: Path) -> Path:
        """A folder; a relative one counts from the current folder."""
        return self.read(name, lambda value: Path(value).absolute(), default)


def load(environ: Mapping[str, str]) -> Env:
    """Read the settings from an environment; see ``docs/operations.md`` for each."""
    reader = Reader(environ)
    read, text = reader.read, reader.text
    redis = partial(service, schemes=("redis", "rediss", "unix"))
    broker = partial(service, schemes=("redis", "rediss", "amqp", "amqps"))
    data_dir = reader.folder("CRMPLUS_DATA", BASE_DIR / "var")
    return Env(
        debug=read("DEBUG", flag, False),
        demo=read("CRMPLUS_DEMO", flag, False),
        demo_password=text("DEMO_PASSWORD"),
        secret_key=text("SECRET_KEY"),
        allowed_hosts=read("ALLOWED_HOSTS", hosts, LOOPBACK),
        base_url=read("BASE_URL", origin, "http://localhost:8000"),
        https=read("HTTPS", flag, False),
        trusted_proxies=read("TRUSTED_PROXIES", partial(whole_number, least=0), 0),
        database_url=read(
            "DATABASE_URL",
            database,
            f"sqlite:///{quote(str(data_dir / 'crmplus.sqlite3'))}",
        ),
        database_pool=read("DATABASE_POOL", partial(whole_number, least=1), 16),
        redis_url=read("REDIS_URL", redis, ""),
        celery_broker_url=read("CELERY_BROKER_URL", broker, ""),
        data_dir=data_dir,
        node_modules=reader.folder("NODE_MODULES", BASE_DIR / "node_modules"),
        time_zone=read("TIME_ZONE", zone, "Europe/Berlin"),
        region=read("REGION", country, "DE"),
        activation_public_key=read("ACTIVATION_PUBLIC_KEY", public_key, b""),
        problems=tuple(reader.problems),
    )


env = load(os.environ)
