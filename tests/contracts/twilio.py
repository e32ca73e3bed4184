"""Twilio: https://www.twilio.com/docs/voice/api/call-resource#statuscallback and
https://www.twilio.com/docs/usage/security#validating-requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from tests.contracts.services import Post, Service, Story, form

XML = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>\n'
PARENT, CHILD = (
    "CA0000000000000000000000000000001a",
    "CA0000000000000000000000000000001b",
)
ENTERS = {
    "CallSid": PARENT,
    "From": "+491711234567",
    "To": "+493055571600",
    "Direction": "inbound",
}
# The leg that <Dial><Client>anna</Client></Dial> makes.
TO_ANNA = {
    "CallSid": CHILD,
    "ParentCallSid": PARENT,
    "From": "+491711234567",
    "To": "client:anna",
    "Direction": "outbound-dial",
}
FROM_ANNA = {
    "CallSid": PARENT,
    "From": "client:anna",
    "To": "+491711234567",
    "Direction": "inbound",
}
# The leg that <Dial callerId="+493055571600"><Number>…</Number></Dial> makes.
TO_CUSTOMER = {
    "CallSid": CHILD,
    "ParentCallSid": PARENT,
    "From": "+493055571600",
    "To": "+491711234567",
    "Direction": "outbound-dial",
}


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    """HMAC-SHA1 over the address and the sorted fields, in base64."""
    fields = parse_qsl(post.body.decode(), keep_blank_values=True)
    text = url + "".join(f"{name}{value}" for name, value in sorted(fields))
    made = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return {"x-twilio-signature": base64.b64encode(made).decode()}


def status(leg: dict[str, str], word: str, at: int = 0, **more: str) -> Post:
    """``Timestamp`` is RFC 2822, UTC."""
    minutes, seconds = divmod(at, 60)
    return form(
        at + 0.4,
        **leg,
        **more,
        CallStatus=word,
        AccountSid="AC00000000000000000000000000000001",
        ApiVersion="2010-04-01",
        CallbackSource="call-progress-events",
        Timestamp=f"Mon, 04 May 2026 12:{minutes:02}:{seconds:02} +0000",
    )


SERVICE = Service(
    profile="twilio",
    document="https://www.twilio.com/docs/voice/api/call-resource#statuscallback",
    stories={
        "answered": Story(
            posts=[
                status(ENTERS, "ringing"),
                status(ENTERS, "in-progress", 1),
                status(TO_ANNA, "initiated", 1),
                status(TO_ANNA, "ringing", 2),
                status(TO_ANNA, "in-progress", 7),
                status(TO_ANNA, "completed", 67, CallDuration="60"),
                status(ENTERS, "completed", 67, CallDuration="66"),
            ],
            status="ended",
            direction="inbound",
            legs={"anna": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                status(ENTERS, "ringing"),
                status(TO_ANNA, "ringing", 2),
                status(TO_ANNA, "no-answer", 22),
                status(ENTERS, "completed", 23, CallDuration="23"),
            ],
            status="missed",
            direction="inbound",
            legs={"anna": "missed"},
        ),
        "out answered": Story(
            posts=[
                status(FROM_ANNA, "ringing"),
                status(FROM_ANNA, "in-progress"),
                status(TO_CUSTOMER, "ringing", 1),
                status(TO_CUSTOMER, "in-progress", 5),
                status(TO_CUSTOMER, "completed", 35, CallDuration="30"),
                status(FROM_ANNA, "completed", 35, CallDuration="35"),
            ],
            status="ended",
            direction="outbound",
            legs={"anna": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[
                status(FROM_ANNA, "ringing"),
                status(TO_CUSTOMER, "ringing", 1),
                status(TO_CUSTOMER, "busy", 5),
                status(FROM_ANNA, "completed", 6, CallDuration="6"),
            ],
            status="not_reached",
            direction="outbound",
            legs={"anna": "busy"},
        ),
    },
    replies=[XML] * 7,
    media_type="text/xml",
    sign=sign,
)
