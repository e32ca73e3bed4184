"""A request as both doors hand it on, and what its headers tell. Knows no Django."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pbxmanager.endpoint_spec import KEY_BEGINS

URL_LIMIT = 8 * 1024
BODY_LIMIT = 64 * 1024
METHODS = ("GET", "POST", "HEAD")
PREFIX = "/softphone/"
PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
# Programs that open links to look at them: chat previews, search robots, mail scanners.
SCANNERS = re.compile(
    r"facebookexternalhit|facebookcatalog|slackbot|slack-imgproxy|twitterbot"
    r"|telegrambot|whatsapp/|discordbot|linkedinbot|skypeuripreview|pinterestbot"
    r"|mattermost|rocket\.chat|redditbot|applebot|googlebot|google-safety|bingbot"
    r"|bingpreview|microsoftpreview|yandexbot|duckduckbot|baiduspider|petalbot"
    r"|mimecast|proofpoint|barracuda|safelinks|urlscan|virustotal|ahrefsbot|semrushbot",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRequest:
    """One HTTP request to an event endpoint.

    ``path`` is what follows ``/softphone/``, percent-decoded. ``query`` is as sent.
    ``headers`` have lower-case names. ``body`` may be cut after ``BODY_LIMIT`` + 1
    bytes. ``remote`` is the client's address.
    """

    method: str
    path: str
    query: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    remote: str = ""
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def only_looks(self) -> bool:
        """Whether this is no phone's report: HEAD, a prefetch, a link scanner."""
        return (
            self.method == "HEAD"
            or any(PREFETCH.search(self.header(name)) for name in PREFETCH_HEADERS)
            or bool(SCANNERS.search(self.header("user-agent")))
        )

    @property
    def is_navigation(self) -> bool:
        """Whether a person's browser opened the address (W3C Fetch Metadata)."""
        mode = self.header("sec-fetch-mode").strip().lower()
        if mode:
            return mode == "navigate"
        return "text/html" in self.header("accept").lower()

    @property
    def wants_problem(self) -> bool:
        """Whether errors are to come as RFC 9457 problem details."""
        accept = self.header("accept").lower()
        return "application/problem+json" in accept or "application/json" in accept

    @property
    def is_too_long(self) -> bool:
        path = self.path.encode("utf-8", "replace")
        return len(PREFIX) + len(path) + len(self.query) > URL_LIMIT

    @property
    def is_too_large(self) -> bool:
        return len(self.body) > BODY_LIMIT

    def address(self) -> tuple[str, str]:
        """The key and the rest of the path ("" for none).

        The key is the path's first segment, else the one in ``Authorization``.
        """
        segments = self.path.strip("/")
        first, _slash, rest = segments.partition("/")
        if first.startswith(KEY_BEGINS):
            return first, rest.strip("/")
        return key_in(self.header("authorization")), segments


def key_in(authorization: str) -> str:
    """The key of ``Bearer`` (RFC 6750) or of ``Basic``, as password (RFC 7617)."""
    scheme, _space, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[2]


def client_address(peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """The client's address, behind as many proxies as the installation trusts.

    Each proxy adds the address it was called from to the right of
    ``X-Forwarded-For``; what is left of the trusted ones anybody can write.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    if not trusted_proxies or not hops:
        return peer
    return hops[-min(trusted_proxies, len(hops))]
