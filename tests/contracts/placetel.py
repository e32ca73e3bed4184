"""Placetel: README of https://github.com/Placetel/call-control-notify-api."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from tests.contracts.services import Post, Service, Story, form

CALL = {"call_id": "f4591ba315d81671d7a06c2a3b4f963dafd119de39cb26edd8a6476676b2f447"}
IN = {"from_": "01711234567", "to": "022129191999", "direction": "in", **CALL}
OUT = {"from_": "7777abc@fpbx.de", "to": "01711234567", "direction": "out", **CALL}
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>\n'


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    """HMAC with SHA256 of the posted payload, in hex."""
    made = hmac.new(secret.encode(), post.body, hashlib.sha256).hexdigest()
    return {"x-placetel-signature": made}


SERVICE = Service(
    profile="placetel",
    document="https://github.com/Placetel/call-control-notify-api/blob/master/README.md",
    stories={
        "answered": Story(
            posts=[
                form(event="IncomingCall", **IN),
                form(5, event="CallAccepted", peer="7777abc@fpbx.de", **IN),
                form(65, event="HungUp", type="accepted", duration="60", **IN),
            ],
            status="ended",
            direction="inbound",
            legs={"7777abc": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                form(event="IncomingCall", **IN),
                form(20, event="HungUp", type="missed", duration="0", **IN),
            ],
            status="missed",
            direction="inbound",
            legs={"": "missed"},
        ),
        "out answered": Story(
            posts=[
                form(event="OutgoingCall", **OUT),
                form(35, event="HungUp", type="accepted", duration="30", **OUT),
            ],
            status="ended",
            direction="outbound",
            legs={"7777abc": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[
                form(event="OutgoingCall", **OUT),
                form(20, event="HungUp", type="busy", duration="0", **OUT),
            ],
            status="not_reached",
            direction="outbound",
            legs={"7777abc": "busy"},
        ),
        "anonymous": Story(
            posts=[
                form(event="IncomingCall", **{**IN, "from_": "anonymous"}),
                form(20, event="HungUp", type="voicemail", **IN | {"from_": ""}),
            ],
            status="missed",
            direction="inbound",
            legs={"": "missed"},
            number="",
        ),
    },
    replies=[XML, XML, XML],
    media_type="application/xml",
    sign=sign,
)
