"""What a service sends, as its documents say, and what must become of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from crmplus.conf import env
from softphone_connector.endpoints.requests import EventRequest

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = "the secret of the service"
CUSTOMER = "+491711234567"


@dataclass(frozen=True)
class Post:
    """One request; ``at`` is when it comes, in seconds after noon."""

    body: bytes = b""
    content_type: str = FORM
    at: float = 0
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self, key: str, kind: str) -> EventRequest:
        return EventRequest(
            method="POST" if self.body else "GET",
            path=f"{key}/{kind}",
            query=self.query.encode(),
            headers={"content-type": self.content_type, **self.headers},
            body=self.body,
            remote="192.0.2.7",
            received_at=NOON + timedelta(seconds=self.at),
        )

    def with_values(self, value: str) -> list[Post]:
        """The same request with each of its fields filled with a text, one by one."""
        if self.content_type == JSON:
            found = json.loads(self.body)
            bodies = [json.dumps(one) for one in _changed(found, value)]
            return [replace(self, body=body.encode()) for body in bodies]
        pairs = parse_qsl(self.body.decode(), keep_blank_values=True)
        bodies = [
            urlencode([(name, value if name == at else old) for name, old in pairs])
            for at in dict(pairs)
        ]
        return [replace(self, body=body.encode()) for body in bodies]


def _changed(found: Any, value: str) -> list[Any]:
    """A JSON object once for each of its leaves, that one changed."""
    if not isinstance(found, dict):
        return [value]
    return [
        {**found, name: inner}
        for name, old in found.items()
        for inner in _changed(old, value)
    ]


def form(at: float = 0, **fields: str | Sequence[str]) -> Post:
    """A form; a name that ends with ``_`` is one that Python keeps for itself."""
    named = {name.removesuffix("_"): value for name, value in fields.items()}
    return Post(urlencode(named, doseq=True).encode(), at=at)


def json_post(found: Mapping[str, Any], at: float = 0) -> Post:
    return Post(json.dumps(found).encode(), JSON, at)


@dataclass(frozen=True, kw_only=True)
class Story:
    """The requests of one call, and the call that they must become.

    ``legs`` maps each extension to its outcome.
    """

    posts: Sequence[Post]
    status: str
    direction: str
    legs: Mapping[str, str]
    number: str = CUSTOMER
    duration: int = 0


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service and its stories; ``document`` is where its format is described.

    ``sign`` gives the headers (by a key, a request and the secret) that the service
    would send; None where it doesn't sign. ``secret`` is what an admin enters with the
    key. ``replies`` are the bodies that it expects
    to the first story's requests.
    """

    profile: str
    document: str
    stories: Mapping[str, Story]
    replies: Sequence[str]
    media_type: str
    secret: str = SECRET
    sign: Callable[[Post, str, str], Mapping[str, str]] | None = None

    def url(self, key: str) -> str:
        return f"{env.base_url}/softphone/{key}/{self.profile}"

    def signed(self, post: Post, key: str, secret: str = "") -> Post:
        if self.sign is None:
            return post
        headers = self.sign(post, self.url(key), secret or self.secret)
        return replace(post, headers={**post.headers, **headers})
