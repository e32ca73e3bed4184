from __future__ import annotations

import asyncio
import datetime
import json
import threading

import pytest
from django.utils.translation import gettext_lazy

from crmplus.live.bus import Bus, channel, encode, frame, publish
from tests.crmplus.live.support import ANNA, BEN, streams


def received(own: Bus, *publications: tuple[list[int], dict[str, object]]) -> str:
    """What Anna's stream is given when these are published in a worker thread."""

    async def scene() -> str:
        subscription = own.join(ANNA)
        subscription.stale = False

        def work() -> None:
            for users, message in publications:
                publish(users, message)
            own.hub.deliver([ANNA.user_id], b"!")

        threading.Thread(target=work).start()
        text = b""
        while not text.endswith(b"!"):
            await asyncio.wait_for(subscription.ready(), 5)
            text += subscription.take()
        own.leave(subscription)
        return text[:-1].decode()

    return asyncio.run(scene())


def test_a_message_becomes_one_event_of_the_stream(own: Bus) -> None:
    message = {"type": "call", "key": "c1", "version": 1}
    assert received(own, ([1], message)) == (
        'event: message\ndata: {"type":"call","key":"c1","version":1}\n\n'
    )


def test_a_message_reaches_nobody_else(own: Bus) -> None:
    assert received(own, ([BEN.user_id], {"type": "call"}), ([], {"type": "x"})) == ""


def test_a_user_named_twice_gets_it_once(own: Bus) -> None:
    assert received(own, ([1, 1, 2], {"type": "call"})).count("event:") == 1


def test_hostile_texts_cannot_make_events_of_their_own() -> None:
    hostile = "\n\nevent: message\r\ndata: {}\u2028"
    data = encode({"name": hostile})
    assert b"\n" not in data
    assert b"\r" not in data
    assert json.loads(data) == {"name": hostile}


def test_dates_and_lazy_texts_can_be_sent() -> None:
    at = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    data = encode({"at": at, "text": gettext_lazy("Offline")})
    assert json.loads(data) == {"at": "2026-01-02T03:04:05Z", "text": "Offline"}


def test_an_event_is_named_in_the_stream() -> None:
    assert frame(b"{}", "snapshot") == b"event: snapshot\ndata: {}\n\n"


def test_publishing_never_raises(own: Bus, caplog: pytest.LogCaptureFixture) -> None:
    publish([1], {"type": object()})
    assert "A live message was not published" in caplog.text


def test_a_stream_that_left_is_forgotten(own: Bus) -> None:
    async def scene() -> tuple[int, int]:
        subscription = own.join(ANNA)
        before = streams(own)
        own.leave(subscription)
        return before, streams(own)

    assert asyncio.run(scene()) == (1, 0)


def test_installations_that_share_a_redis_have_channels_of_their_own(
    settings: pytest.FixtureRequest,
) -> None:
    ours = channel()
    settings.SECRET_KEY = "another installation"  # type: ignore[attr-defined]
    assert channel() != ours
    assert "another" not in channel()
