"""Zoom Phone: https://developers.zoom.us/docs/api/phone/events/, the types of
https://zoom.github.io/rivet-javascript/ (Phone.PhoneCalleeRingingEvent …) and, for the
signature, https://developers.zoom.us/docs/api/webhooks/."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.contracts.services import NOON, Post, Service, Story, json_post

CUSTOMER = {
    "name": "Erika Muster",
    "phone_number": "+491711234567",
    "connection_type": "pstn_off_net",
}
ANNA = {
    "extension_id": "xV9hqd9GT_aHv0ObQxwHGA",
    "extension_type": "user",
    "extension_number": 1001,
    "phone_number": "+493055571601",
    "user_id": "DYHrdpjrS3uaOf7dPkkg8w",
    "timezone": "Europe/Berlin",
    "device_type": "Windows_Client",
}
BEN = {**ANNA, "extension_number": 1002, "phone_number": "+493055571602"}


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    """``v0=`` and HMAC-SHA256 over ``v0:{timestamp}:{body}``."""
    timestamp = str(int((NOON + timedelta(seconds=post.at)).timestamp()))
    made = signature(timestamp, post.body, secret)
    return {"x-zm-signature": made, "x-zm-request-timestamp": timestamp}


def signature(timestamp: str, body: bytes, secret: str) -> str:
    return f"v0={hex_hmac(f'v0:{timestamp}:'.encode() + body, secret)}"


def hex_hmac(text: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def time(at: float) -> str:
    return (NOON + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(name: str, at: float, *, inbound: bool, **more: Any) -> Post:
    callee = more.pop("callee", ANNA if inbound else CUSTOMER)
    found = {
        "call_id": "6998252595136102103",
        "caller": CUSTOMER if inbound else ANNA,
        "callee": callee,
        "ringing_start_time": time(0),
        **more,
    }
    return json_post(
        {
            "event": f"phone.{name}",
            "event_ts": int((NOON + timedelta(seconds=at)).timestamp() * 1000),
            "payload": {"account_id": "3vt4b7wtb79q4wvb", "object": found},
        },
        at + 0.4,
    )


def callee(what: str, at: float, **more: Any) -> Post:
    return event(f"callee_{what}", at, inbound=True, **more)


def caller(what: str, at: float, **more: Any) -> Post:
    return event(f"caller_{what}", at, inbound=False, **more)


SERVICE = Service(
    profile="zoom",
    document="https://developers.zoom.us/docs/api/phone/events/",
    stories={
        "answered": Story(
            posts=[
                callee("ringing", 0),
                callee("answered", 5, answer_start_time=time(5)),
                callee(
                    "ended",
                    65,
                    call_end_time=time(65),
                    answer_start_time=time(5),
                    handup_result="Call connected",
                ),
            ],
            status="ended",
            direction="inbound",
            legs={"1001": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                callee("ringing", 0),
                callee("missed", 20, call_end_time=time(20), handup_result="No Answer"),
            ],
            status="missed",
            direction="inbound",
            legs={"1001": "missed"},
        ),
        "rejected": Story(
            posts=[
                callee("ringing", 0),
                callee("rejected", 4, call_end_time=time(4)),
            ],
            status="missed",
            direction="inbound",
            legs={"1001": "rejected"},
        ),
        "out answered": Story(
            posts=[
                caller("ringing", 0),
                caller("connected", 5, connected_start_time=time(5)),
                caller("ended", 35, call_end_time=time(35)),
            ],
            status="ended",
            direction="outbound",
            legs={"1001": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[
                caller("ringing", 0),
                caller("ended", 9, call_end_time=time(9), handup_result="Call Cancel"),
            ],
            status="not_reached",
            direction="outbound",
            legs={"1001": "not_reached"},
        ),
        "queue": Story(
            posts=[
                callee("ringing", 0),
                callee("ringing", 0, callee=BEN),
                callee("answered", 5, callee=BEN, answer_start_time=time(5)),
                callee(
                    "missed",
                    5,
                    call_end_time=time(5),
                    handup_result="Answered by Other Member",
                ),
                callee("ended", 65, callee=BEN, call_end_time=time(65)),
            ],
            status="ended",
            direction="inbound",
            legs={"1001": "answered_elsewhere", "1002": "answered"},
            duration=60,
        ),
    },
    replies=["", "", ""],
    media_type="",
    sign=sign,
)
