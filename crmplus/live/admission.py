"""Who may open the stream: the same rule at the lean door and in the plain view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from crmplus.live.sessions import Who, identify

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STREAM_HEADERS = {
    **HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    # nginx would gather the stream (its manual, proxy_buffering).
    "X-Accel-Buffering": "no",
}
LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]


@dataclass(frozen=True, slots=True)
class Knock:
    """A request for the stream. ``headers`` have lower-case names.

    The query may say for which ``user`` (id) the page was made: a stream for anybody
    else would show one person's calls on the other's page.
    """

    method: str
    query: str
    headers: Mapping[str, str] = field(repr=False)

    def refusal(self) -> HTTPStatus | None:
        """Why it is refused before anybody is asked; None if it is not."""
        if self.method != "GET":
            return HTTPStatus.METHOD_NOT_ALLOWED
        if not self._host_is_ours():
            return HTTPStatus.BAD_REQUEST
        if not self._same_site():
            return HTTPStatus.FORBIDDEN
        return None

    def who(self) -> Who | None:
        """Whose browser it is; None if not the expected one's. Asks the database."""
        cookies = parse_cookie(self.headers.get("cookie", ""))
        who = identify(cookies.get(settings.SESSION_COOKIE_NAME, ""))
        expected = parse_qs(self.query).get("user", [""])[0]
        if who and expected and expected != str(who.user_id):
            return None
        return who

    def _host_is_ours(self) -> bool:
        hosts = settings.ALLOWED_HOSTS
        if settings.DEBUG and not hosts:
            hosts = LOCAL_HOSTS
        domain, _ = split_domain_port(self.headers.get("host", ""))
        return bool(domain) and validate_host(domain, hosts)

    def _same_site(self) -> bool:
        """No other site asks (W3C Fetch Metadata; Origin where that is missing)."""
        if self.headers.get("sec-fetch-site", "same-origin") not in {
            "same-origin",
            "none",
        }:
            return False
        origin = self.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == self.headers.get("host")


def refusal_headers(status: HTTPStatus) -> dict[str, str]:
    """The headers of an answer without a stream."""
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return {**HEADERS, "Content-Length": "0", "Allow": "GET"}
    if status == HTTPStatus.NO_CONTENT:
        return HEADERS
    return {**HEADERS, "Content-Length": "0"}
