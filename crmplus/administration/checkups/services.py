"""Redis, Celery's broker, and the live channel to the browsers."""

from __future__ import annotations

import asyncio
import secrets
import time

import redis
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.backoff import NoBackoff
from redis.retry import Retry

from crmplus.administration.checkups.reasons import reason
from crmplus.conf import env
from crmplus.hooks import Finding, Level
from crmplus.live.bus import Bus, bus
from crmplus.live.hub import Subscription
from crmplus.live.sessions import Who

SECONDS = 2.0
REDIS = ("redis:", "rediss:", "unix:")


def look_at_redis() -> list[Finding]:
    """Whether Redis answers, for live messages and as Celery's broker."""
    urls = {"REDIS_URL": env.redis_url, "CELERY_BROKER_URL": env.celery_broker_url}
    found = [
        _ping(name, url) for name, url in urls.items() if url and url.startswith(REDIS)
    ]
    return found or [
        Finding(
            level=Level.INFO,
            text=_("There is no Redis, so one server process serves everybody."),
            remedy=_("Set REDIS_URL before you start a second one."),
        )
    ]


def _ping(name: str, url: str) -> Finding:
    began = time.perf_counter()
    try:
        with redis.Redis.from_url(
            url,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        text = _("Redis (%(setting)s) does not answer: %(reason)s")
        return Finding(
            level=Level.ERROR,
            text=text % {"setting": name, "reason": reason(error)},
            remedy=_("Start it, or correct %(setting)s.") % {"setting": name},
        )
    text = _("Redis (%(setting)s) answers within %(count)d ms.")
    return Finding(text=text % {"setting": name, "count": _milliseconds(began)})


def look_at_live_channel() -> list[Finding]:
    """Whether a live message comes back, over Redis where there is one."""
    channel = bus()
    took = asyncio.run(round_trip(channel))
    if took is None:
        return [_silent(channel)]
    text = _("A message comes back within %(count)d ms, inside this server process.")
    if channel.relay:
        text = _("A message comes back within %(count)d ms, over Redis.")
    text %= {"count": took}
    open_streams = len(channel.hub.subscriptions())
    if open_streams:
        text += " " + ngettext(
            "%(count)d browser is connected to this server process.",
            "%(count)d browsers are connected to this server process.",
            open_streams,
        ) % {"count": open_streams}
    return [Finding(text=text)]


def _silent(channel: Bus) -> Finding:
    text = _("Live messages do not arrive: browsers learn of calls late or not at all.")
    remedy = _("Start the server again; its log says more.")
    if channel.relay:
        remedy = _("See to Redis first; it may also forbid this user to publish.")
    return Finding(level=Level.ERROR, text=text, remedy=remedy)


async def round_trip(channel: Bus, seconds: float = SECONDS) -> int | None:
    """Milliseconds that a message takes through a bus, None if it does not arrive.

    It is for a user that nobody is, so that no browser sees it.
    """
    who = Who(user_id=-1 - secrets.randbits(60), session_key="", stamp="")
    mine = Subscription(who)
    channel.hub.join(mine)
    try:
        async with asyncio.timeout(seconds):
            return await _sent_and_heard(channel, mine, seconds)
    except TimeoutError:
        return None
    finally:
        channel.leave(mine)


async def _sent_and_heard(
    channel: Bus, mine: Subscription, seconds: float
) -> int | None:
    if channel.relay:
        channel.relay.start()
        if not await asyncio.to_thread(channel.relay.listening.wait, seconds):
            return None
    began = time.perf_counter()
    message = {"type": "probe"}
    if not await asyncio.to_thread(channel.publish, [mine.who.user_id], message):
        return None
    while not mine.take():
        mine.stale = False
        await mine.ready()
    return _milliseconds(began)


def _milliseconds(began: float) -> int:
    """How long ago something began, rounded up: nothing takes no time."""
    return int((time.perf_counter() - began) * 1000) + 1
