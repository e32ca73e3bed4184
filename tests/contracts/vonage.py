"""Vonage: https://developer.vonage.com/en/voice/voice-api/webhook-reference and, for
the JWT, https://developer.vonage.com/en/getting-started/concepts/webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.contracts.services import NOON, Post, Service, Story, json_post

CONVERSATION = "CON-8f5a100c-fbce-4218-8d4b-16341335bcd6"
ENTERS = {"from": "491711234567", "to": "493055571600", "direction": "inbound"}
TO_ANNA = {"from": "491711234567", "to": "493012345678", "direction": "outbound"}
FROM_ANNA = {"from": "493012345678", "to": "493055571600", "direction": "inbound"}
TO_CUSTOMER = {"from": "493055571600", "to": "491711234567", "direction": "outbound"}


def part(found: Mapping[str, Any]) -> str:
    text = json.dumps(found, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def token(post: Post, secret: str, head: Mapping[str, Any], **claims: Any) -> str:
    """A JWT (RFC 7515, appendix A.1) with the claims that Vonage documents."""
    made = {
        "iat": int((NOON + timedelta(seconds=post.at)).timestamp()),
        "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(post.body).hexdigest(),
        "api_key": "a1b2c3d",
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
        **claims,
    }
    message = f"{part(head)}.{part(made)}"
    return f"{message}.{signature(message, secret)}"


def signature(message: str, secret: str) -> str:
    signed = hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    made = token(post, secret, {"alg": "HS256", "typ": "JWT"})
    return {"authorization": f"Bearer {made}"}


def event(leg: dict[str, str], status: str, at: float = 0, **more: Any) -> Post:
    time = (NOON + timedelta(seconds=at)).isoformat(timespec="milliseconds")
    found = {
        "headers": {},
        **leg,
        "uuid": f"0779a56d002f1c7f47f82ef5fe84ab7{len(leg['to']) % 10}",
        "conversation_uuid": CONVERSATION,
        "status": status,
        "timestamp": time.replace("+00:00", "Z"),
        **more,
    }
    return json_post(found, at + 0.4)


def completed(leg: dict[str, str], at: float, duration: str) -> Post:
    more = {"rate": "0.0", "price": "0", "network": "26202", "duration": duration}
    return event(leg, "completed", at, **more, start_time=None, end_time=None)


SERVICE = Service(
    profile="vonage",
    document="https://developer.vonage.com/en/voice/voice-api/webhook-reference",
    stories={
        "answered": Story(
            posts=[
                event(ENTERS, "ringing"),
                event(ENTERS, "started"),
                event(ENTERS, "answered", 1, start_time=None, rate=None),
                event(TO_ANNA, "started", 1),
                event(TO_ANNA, "ringing", 2),
                event(TO_ANNA, "answered", 7),
                completed(TO_ANNA, 67, "60"),
                completed(ENTERS, 67, "66"),
            ],
            status="ended",
            direction="inbound",
            legs={"+493012345678": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                event(ENTERS, "ringing"),
                event(TO_ANNA, "ringing", 2),
                event(TO_ANNA, "unanswered", 22),
                completed(ENTERS, 23, "23"),
            ],
            status="missed",
            direction="inbound",
            legs={"+493012345678": "missed"},
        ),
        "out answered": Story(
            posts=[
                event(TO_CUSTOMER, "started"),
                event(TO_CUSTOMER, "ringing", 1),
                event(TO_CUSTOMER, "answered", 5),
                completed(TO_CUSTOMER, 35, "30"),
            ],
            status="ended",
            direction="outbound",
            legs={"": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[
                event(TO_CUSTOMER, "started"),
                event(TO_CUSTOMER, "rejected", 9),
            ],
            status="not_reached",
            direction="outbound",
            legs={"": "rejected"},
        ),
    },
    replies=[""] * 8,
    media_type="",
    sign=sign,
)
