"""Whether phones reach the CRM at the address that stands in their URLs."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from softphone_connector.endpoints.requests import PREFIX
from softphone_connector.profiles.rendering import is_local

SECONDS = 3.0
REMEMBERED = 30.0  # seconds
PORTS = {"http": 80, "https": 443}


class Reached(StrEnum):
    """What came of a call to the address."""

    OURS = "ours"
    REDIRECTED = "redirected"
    CERTIFICATE = "certificate"
    OTHER = "other"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Probe:
    """What the server found at an address; ``detail`` is what it said of itself."""

    reached: Reached
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps phones away, what to do, and a better address ("")."""

    text: str
    better: str = ""


def probe(base_url: str, seconds: float = SECONDS) -> Probe:
    """Ask an address, as a phone would, whether this CRM answers there.

    Only ever call it with the installation's own BASE_URL. It asks the event endpoint
    with HEAD, which records nothing, follows no redirection and waits ``seconds`` for
    each answer of the network.
    """
    parts = urlsplit(base_url)
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("HEAD", f"{parts.path}{PREFIX}")
        answer = connection.getresponse()
        return _probe(answer.status, answer.getheader("Location") or "")
    except ssl.SSLCertVerificationError as error:
        return Probe(Reached.CERTIFICATE, error.verify_message)
    except (OSError, HTTPException, ValueError) as error:
        return Probe(Reached.NOTHING, type(error).__name__)
    finally:
        connection.close()


class Probing:
    """Probes an address now and then, however many people look: one at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[str, float, Probe] | None = None

    def __call__(self, base_url: str) -> Probe:
        """What was found at an address, at most half a minute ago."""
        with self._lock:
            if self._known:
                url, at, found = self._known
                if url == base_url and self._clock() - at < REMEMBERED:
                    return found
            found = probe(base_url)
            self._known = base_url, self._clock(), found
            return found


probed = Probing()


def _probe(status: int, location: str) -> Probe:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Probe(Reached.REDIRECTED, location)
    if status == HTTPStatus.NO_CONTENT:
        return Probe(Reached.OURS)
    return Probe(Reached.OTHER, str(status))


def base_for_phones(base_url: str, opened_at: str) -> str:
    """The address that goes into phones.

    It is BASE_URL; where that means each phone itself, the one that the browser
    (``opened_at``) has just reached, unless that is as local.
    """
    return opened_at if is_local(base_url) and not is_local(opened_at) else base_url


def on_the_network(base_url: str, names: Sequence[str]) -> str:
    """The address with the machine's name in its network, "" without a network."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{names[0]}{port}" if names else ""


def obstacles(
    base_url: str, found: Probe, names: Sequence[str], opened_at: str
) -> Iterator[Obstacle]:
    """What keeps phones from reaching the CRM, each with its remedy.

    ``names`` are this machine's in its network, best first. ``opened_at`` is where
    the browser found the CRM.
    """
    if is_local(base_url):
        yield _local(base_url, names, opened_at)
    elif _host(opened_at) != _host(base_url) and not is_local(opened_at):
        yield Obstacle(
            _(
                "You opened the CRM at %(opened)s, but phones are told %(base)s. If "
                "they can't reach that, ask for BASE_URL to be set to the other one."
            )
            % {"opened": opened_at, "base": base_url}
        )
    told = _of_probe(base_url, found)
    if told:
        yield told


def _local(base_url: str, names: Sequence[str], opened_at: str) -> Obstacle:
    words = {"base": base_url, "opened": opened_at}
    if not is_local(opened_at):
        text = _(
            "BASE_URL is %(base)s, which means the device itself. The addresses for "
            "phones begin with %(opened)s instead, where you opened the CRM. Set "
            "BASE_URL to that."
        )
        return Obstacle(text % words)
    text = _(
        "%(base)s means the device itself: only programs on this very computer "
        "reach the CRM there. For phones, start it with HOST=0.0.0.0 or set "
        "BASE_URL to its address in the network."
    )
    return Obstacle(text % words, on_the_network(base_url, names))


def _of_probe(base_url: str, found: Probe) -> Obstacle | None:
    words = {"base": base_url, "detail": found.detail}
    match found.reached:
        case Reached.REDIRECTED:
            text = _(
                "%(base)s redirects to %(detail)s. Many phones don't follow: set "
                "BASE_URL to the address that answers itself."
            )
        case Reached.CERTIFICATE:
            text = _(
                "The certificate of %(base)s is not one that phones trust "
                "(%(detail)s). Use one of a public authority, install its authority "
                "in the phones, or let them call http in your own network."
            )
        case Reached.OTHER:
            text = _(
                "At %(base)s something else answers (status %(detail)s). Check "
                "BASE_URL and the proxy in front of the CRM."
            )
        case Reached.NOTHING:
            text = _(
                "The server itself does not reach %(base)s (%(detail)s). Check "
                "BASE_URL, the name and the firewall."
            )
        case Reached.OURS:
            return None
    return Obstacle(text % words)


def _host(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme)
