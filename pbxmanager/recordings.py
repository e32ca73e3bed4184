"""Fetching a recording from where it lies, through a guard.

The browser never learns the address: it asks us, and we ask the host. That must not
open the network to whoever may let a phone report an address, so each fetch asks anew
whether the host is on the admin's list, and connects to the very address that was
checked: a name may point elsewhere a moment later.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.db import connections

from pbxmanager.models import EndpointSet
from pbxmanager.rules import recordings_inside

HTTPS_PORT: Final = 443
SECONDS: Final = 15.0  # for a connection, and for each piece
LONGEST: Final = 1800.0  # seconds that one answer may take
LARGEST: Final = 512 * 1024 * 1024  # bytes
PIECE: Final = 64 * 1024
MOST_REDIRECTS: Final = 2
# The last 32 bits are an IPv4 address: NAT64 (RFC 6052), IPv4-compatible (RFC 4291).
ENDING_IN_IPV4: Final = tuple(
    ipaddress.IPv6Network(one) for one in ("64:ff9b::/96", "::/96")
)
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
ANSWERS: Final = frozenset({200, 206, 416})
ASKED: Final = ("Range", "If-Range")
PASSED: Final = (
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Last-Modified",
)


class NotAllowed(ValueError):
    """The guard refuses an address; the text says why, for the log."""


class NotThere(OSError):
    """The host gave no recording; the text says why, for the log."""


@dataclass(frozen=True)
class Target:
    """Where a recording lies: checked, and with the address to connect to."""

    host: str
    port: int
    address: str
    path: str

    @property
    def authority(self) -> str:
        """The host as a request names it."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def target_of(url: str) -> Target:
    """The target of an address. Raises NotAllowed where it may not be fetched."""
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS_PORT
    except ValueError as error:
        raise NotAllowed("no address") from error
    host = parts.hostname or ""
    if parts.scheme != "https" or "@" in parts.netloc or not host:
        raise NotAllowed("not https, or with a name in it")
    if host not in allowed_hosts():
        raise NotAllowed(f"{host} is not on the list of hosts")
    inside = recordings_inside()
    named = {host, f"{host}:{port}"} if port == HTTPS_PORT else {f"{host}:{port}"}
    is_inside = bool(named & inside)
    if port != HTTPS_PORT and not is_inside:
        raise NotAllowed(f"port {port}")
    path = parts.path or "/"
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, port, _address(host, port, is_inside), f"{path}{query}")


def allowed_hosts() -> frozenset[str]:
    """The hosts that recordings may come from at present, of all endpoint sets."""
    lists = EndpointSet.objects.values_list("recording_hosts", flat=True)
    return frozenset(host for hosts in lists for host in hosts)


def _address(host: str, port: int, is_inside: bool) -> str:
    """An address of a host; all must be public, unless the admin says otherwise."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: "a..b" is no name
        raise NotThere(f"{host} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    for one in addresses:
        if not is_inside and not is_public(one):
            raise NotAllowed(f"{host} is inside the network ({one})")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    An IPv4 address that an IPv6 address stands for has to be one as well.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    if inner is not None:
        ip = inner
    return ip.is_global and not ip.is_multicast


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, None for one of its own."""
    if any(ip in network for network in ENDING_IN_IPV4):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


class _Connection(http.client.HTTPSConnection):
    """HTTPS to a fixed address; the certificate is checked for the name."""

    def __init__(self, target: Target) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=SECONDS, context=self._tls)
        self._address = target.address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


class Recording:
    """An answer of the host, of which nothing was read yet. Close it."""

    def __init__(
        self, connection: http.client.HTTPSConnection, answer: http.client.HTTPResponse
    ) -> None:
        self._connection, self._answer = connection, answer
        self._until = time.monotonic() + LONGEST
        self._left = LARGEST
        self.status = answer.status

    @property
    def headers(self) -> dict[str, str]:
        """The headers that are passed on."""
        found = {name: self._answer.getheader(name) for name in PASSED}
        return {name: value for name, value in found.items() if value}

    def read(self) -> bytes:
        """The next piece; empty at the end, and where it becomes too much."""
        if self._left <= 0 or time.monotonic() > self._until:
            return b""
        piece = self._answer.read(min(PIECE, self._left))
        self._left -= len(piece)
        return piece

    def pieces(self) -> Iterator[bytes]:
        """All of it."""
        try:
            while piece := self.read():
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the host."""
        # Where the host ends the connection, the socket is the answer's alone.
        self._answer.close()
        self._connection.close()


def let_go_of_database() -> None:
    """Give connections back to the pool: there are few, and what follows takes long.

    Not within a transaction, which would be lost.
    """
    for one in connections.all(initialized_only=True):
        if not one.in_atomic_block:
            one.close_if_unusable_or_obsolete()


def fetch(url: str, headers: Mapping[str, str]) -> Recording:
    """Ask for a recording. Raises NotAllowed, NotThere.

    Of the browser's ``headers`` only those about ranges go along.
    """
    target = target_of(url)
    for _ in range(MOST_REDIRECTS + 1):
        found = _ask(target, headers)
        location = found._answer.getheader("Location", "")
        if found.status not in REDIRECTS:
            return _checked(found)
        found.close()
        target = target_of(_following(target, location))
    raise NotThere("it leads on and on")


def _following(target: Target, location: str) -> str:
    """Where a target leads to. Raises NotAllowed where that is another host."""
    try:
        following = urljoin(f"https://{target.authority}{target.path}", location)
        if urlsplit(following).netloc == target.authority:
            return following
    except ValueError as error:
        raise NotAllowed("it leads to no address") from error
    raise NotAllowed("it leads to another host")


def _ask(target: Target, headers: Mapping[str, str]) -> Recording:
    given = {name: headers[name] for name in ASKED if headers.get(name)}
    # A host may be slow: the connection to the database is for others meanwhile.
    let_go_of_database()
    connection = _Connection(target)
    try:
        connection.request(
            "GET",
            target.path,
            headers={"Accept": "audio/*", "Accept-Encoding": "identity", **given},
        )
        return Recording(connection, connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        raise NotThere(f"{target.host}: {error}") from error


def _checked(found: Recording) -> Recording:
    """An answer that is a recording, as far as one sees before reading it."""
    kind = found.headers.get("Content-Type", "").lower()
    length = found.headers.get("Content-Length", "0")
    fault = ""
    if found.status not in ANSWERS:
        fault = f"status {found.status}"
    elif found.status != 416 and not kind.startswith("audio/"):
        fault = f"no audio but {kind[:64]!r}"
    elif length.isdecimal() and int(length) > LARGEST:
        fault = "too large"
    if fault:
        found.close()
        raise NotThere(fault)
    return found
