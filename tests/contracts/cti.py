"""Generic CTI: https://docs.zammad.org/en/latest/api/generic-cti/ (newCall, answer and
hangup events; JSON and form)."""

from __future__ import annotations

from typing import Any

from tests.contracts.services import Post, Service, Story, form, json_post

CALL = {"callId": "307fa962-de8d-4ffc-817b-7f6993204159"}
IN = {"from": "491711234567", "to": "492214710334", "direction": "in", **CALL}
OUT = {"from": "492214710334", "to": "491711234567", "direction": "out", **CALL}


def event(name: str, call: dict[str, str], at: float = 0, **more: Any) -> Post:
    return json_post({"event": name, **call, **more}, at)


def form_event(name: str, call: dict[str, str], at: float = 0, **more: Any) -> Post:
    return form(at, event=name, **call, **more)


SERVICE = Service(
    profile="cti",
    document="https://docs.zammad.org/en/latest/api/generic-cti/",
    stories={
        "answered": Story(
            posts=[
                event("newCall", IN, user=["Nora Nord", "Emma Taylor"]),
                event("answer", IN, 5, answeringNumber="42"),
                event(
                    "hangup",
                    IN,
                    65,
                    user="Emma Taylor",
                    answeringNumber="42",
                    cause="normalClearing",
                ),
            ],
            status="ended",
            direction="inbound",
            legs={"42": "answered"},
            duration=60,
        ),
        "missed": Story(
            posts=[
                event("newCall", IN, user=["Emma Taylor"]),
                event("hangup", IN, 20, user="Emma Taylor", cause="cancel"),
            ],
            status="missed",
            direction="inbound",
            legs={"42": "missed"},
        ),
        "out answered": Story(
            posts=[
                event("newCall", OUT, user="Emma Taylor"),
                event("answer", OUT, 5),
                event("hangup", OUT, 35, cause="normalClearing"),
            ],
            status="ended",
            direction="outbound",
            legs={"42": "answered"},
            duration=30,
        ),
        "out not reached": Story(
            posts=[
                event("newCall", OUT, user="Emma Taylor"),
                event("hangup", OUT, 20, user="Emma Taylor", cause="cancel"),
            ],
            status="not_reached",
            direction="outbound",
            legs={"42": "cancelled"},
        ),
        "as a form": Story(
            posts=[
                form_event("newCall", IN, **{"user[]": ["Emma Taylor"]}),
                form_event("hangup", IN, 20, cause="congestion"),
            ],
            status="missed",
            direction="inbound",
            legs={"42": "missed"},
        ),
    },
    replies=["{}", "{}", "{}"],
    media_type="application/json",
)
