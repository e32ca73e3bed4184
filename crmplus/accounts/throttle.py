"""Guessing passwords is made slow.

Counters in Django's cache (Redis where several processes share the work) instead of
django-axes: that library brings tables, a backend and some forty settings for what
are three counters here. Counted per name at one address, so that nobody can lock a
colleague out from elsewhere, and more generously per address and per name, against
lists of names and against many addresses.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from crmplus.conf import env


class Limit(NamedTuple):
    """``failures`` within ``seconds`` of the first one are enough."""

    failures: int
    seconds: int


NAME_AT_ADDRESS = Limit(5, 5 * 60)
ADDRESS = Limit(50, 15 * 60)
NAME = Limit(100, 15 * 60)


def client_address(request: HttpRequest) -> str:
    """The client's address, as the outermost trusted proxy saw it."""
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if env.trusted_proxies and len(hops) >= env.trusted_proxies:
        return str(hops[-env.trusted_proxies]).strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def wait(name: str, address: str) -> int:
    """Seconds to wait before the next try, 0 for none."""
    return max(
        (
            limit.seconds
            for key, limit in _counters(name, address)
            if cache.get(key, 0) >= limit.failures
        ),
        default=0,
    )


def failed(name: str, address: str) -> None:
    """Count a failed sign-in."""
    for key, limit in _counters(name, address):
        cache.add(key, 0, limit.seconds)
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two calls
            cache.set(key, 1, limit.seconds)


def succeeded(name: str, address: str) -> None:
    """Forget the failures of a name at an address."""
    key, _ = _counters(name, address)[0]
    cache.delete(key)


def _counters(name: str, address: str) -> list[tuple[str, Limit]]:
    folded = name.strip().casefold()
    return [
        (_key("both", folded, address), NAME_AT_ADDRESS),
        (_key("address", address), ADDRESS),
        (_key("name", folded), NAME),
    ]


def _key(*parts: str) -> str:
    digest = sha256("\0".join((settings.SECRET_KEY, *parts)).encode()).hexdigest()
    return f"sign-in:{digest}"
