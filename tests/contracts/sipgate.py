"""sipgate.io: README of https://github.com/sipgate/sipgate.io ("The POST request"), and
for the signature https://github.com/sipgate/pushapi-request-verifier."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.contracts.services import Post, Service, Story, form

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
# In place of sipgate's own, of which only the public half is known.
OURS, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
PUBLIC = (
    OURS.public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
IN = {"from_": "491711234567", "to": "4921155667788", "direction": "in"}
OUT = {"from_": "4921155667788", "to": "491711234567", "direction": "out"}


def new_call(call: dict[str, str], users: list[str], at: float = 0) -> Post:
    """``user[]``, ``userId[]`` and ``fullUserId[]`` once for each user."""
    people: dict[str, list[str]] = {
        "user[]": [f"User {user}" for user in users],
        "userId[]": users,
        "fullUserId[]": [f"1234567{user}" for user in users],
    }
    fields = {"event": "newCall", "callId": "123456", **call, **people}
    return form(at, **fields)


def answer(call: dict[str, str], user: str, at: float) -> Post:
    people = {"user": f"User {user}", "userId": user} if user else {}
    number = {"answeringNumber": "4921155667788"}
    return form(at, event="answer", callId="123456", **call, **people, **number)


def hangup(call: dict[str, str], cause: str, at: float) -> Post:
    return form(at, event="hangup", callId="123456", cause=cause, **call)


def sign(post: Post, url: str, secret: str) -> Mapping[str, str]:
    """``SHA256withRSA`` over the body, in base64."""
    key = OURS if secret == PUBLIC else OTHER
    made = key.sign(post.body, padding.PKCS1v15(), SHA256())
    return {"x-sipgate-signature": base64.b64encode(made).decode()}


SERVICE = Service(
    profile="sipgate",
    document="https://github.com/sipgate/sipgate.io/blob/master/README.md",
    stories={
        "answered": Story(
            posts=[
                new_call(IN, ["w0"]),
                answer(IN, "w0", 5),
                hangup(IN, "normalClearing", 65),
            ],
            status="ended",
            direction="inbound",
            legs={"w0": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[new_call(IN, ["w0"]), hangup(IN, "cancel", 20)],
            status="missed",
            direction="inbound",
            legs={"w0": "missed"},
        ),
        "out answered": Story(
            posts=[
                new_call(OUT, ["w0"]),
                answer(OUT, "", 5),
                hangup(OUT, "normalClearing", 35),
            ],
            status="ended",
            direction="outbound",
            legs={"w0": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[new_call(OUT, ["w0"]), hangup(OUT, "busy", 20)],
            status="not_reached",
            direction="outbound",
            legs={"w0": "busy"},
        ),
        "group": Story(
            posts=[
                new_call(IN, ["w0", "w1"]),
                answer(IN, "w1", 5),
                hangup(IN, "normalClearing", 65),
            ],
            status="ended",
            direction="inbound",
            legs={"w0": "answered_elsewhere", "w1": "answered"},
            duration=60,
        ),
    },
    replies=[
        f'{XML}<Response onAnswer="URL" onHangup="URL"/>\n',
        f"{XML}<Response/>\n",
        f"{XML}<Response/>\n",
    ],
    media_type="application/xml",
    secret=PUBLIC,
    sign=sign,
)
