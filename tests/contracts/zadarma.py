"""Zadarma: classes of https://github.com/zadarma/user-api-v1 (folder lib/Webhook) and
https://zadarma.com/en/support/api/ ("Notifications")."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from tests.contracts.services import Post, Service, Story, form

CALL = {"pbx_call_id": "in_1a2b3c", "call_start": "2026-05-04 14:00:00"}
IN = {"caller_id": "491711234567", "called_did": "493055571600", **CALL}
OUT = {"internal": "100", "destination": "491711234567", **CALL}
ANSWER = {
    "caller_id": "491711234567",
    "destination": "100",
    "internal": "100",
    **CALL,
}


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    """``base64_encode(hash_hmac('sha1', getSignatureString(), secret))`` in PHP."""
    sent = {name: values[0] for name, values in parse_qs(post.body.decode()).items()}
    names = {
        "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
        "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
        "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    }.get(sent.get("event", ""), ("caller_id", "called_did", "call_start"))
    text = "".join(sent.get(name, "") for name in names)
    made = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return {"signature": base64.b64encode(made.encode()).decode()}


def end(at: float, how: str, duration: str, **more: str) -> Post:
    result = {"disposition": how, "duration": duration, "status_code": "16"}
    return form(at, event="NOTIFY_END", **IN, **result, **more)


def out_end(at: float, how: str, duration: str) -> Post:
    result = {"disposition": how, "duration": duration, "caller_id": "493055571600"}
    return form(at, event="NOTIFY_OUT_END", **OUT, **result)


SERVICE = Service(
    profile="zadarma",
    document="https://github.com/zadarma/user-api-v1/tree/master/lib/Webhook",
    stories={
        "answered": Story(
            posts=[
                form(event="NOTIFY_START", **IN),
                form(1, event="NOTIFY_INTERNAL", **IN, internal="100"),
                form(5, event="NOTIFY_ANSWER", **ANSWER),
                end(65, "answered", "60", internal="100"),
            ],
            status="ended",
            direction="inbound",
            legs={"100": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                form(event="NOTIFY_START", **IN),
                form(1, event="NOTIFY_INTERNAL", **IN, internal="100"),
                end(20, "cancel", "19"),
            ],
            status="missed",
            direction="inbound",
            legs={"100": "missed"},
        ),
        "out answered": Story(
            posts=[
                form(event="NOTIFY_OUT_START", **OUT),
                out_end(35, "answered", "30"),
            ],
            status="ended",
            direction="outbound",
            legs={"100": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[form(event="NOTIFY_OUT_START", **OUT), out_end(20, "busy", "18")],
            status="not_reached",
            direction="outbound",
            legs={"100": "busy"},
        ),
        "group": Story(
            posts=[
                form(event="NOTIFY_START", **IN),
                form(1, event="NOTIFY_INTERNAL", **IN, internal="101"),
                form(1, event="NOTIFY_INTERNAL", **IN, internal="100"),
                form(5, event="NOTIFY_ANSWER", **ANSWER),
                end(65, "answered", "60", internal="100"),
            ],
            status="ended",
            direction="inbound",
            legs={"100": "answered", "101": "answered_elsewhere"},
            duration=60,
        ),
    },
    replies=["", "", "", ""],
    media_type="",
    sign=sign,
)
