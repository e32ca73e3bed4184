"""What would a request become? The real endpoint answers it, and all is undone.

Everything happens in one transaction that is rolled back: no event is kept, no call
changes, and what is told after a commit is never told.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from pbxmanager.endpoint_settings import EndpointSet
from pbxmanager.endpoint_spec import KEY_BEGINS
from pbxmanager.looks import Look, look
from pbxmanager.models import Call, Event, Leg, Outcome
from pbxmanager.recorder import recompute
from softphone_connector import keys
from softphone_connector.adapters.registry import adapter_of
from softphone_connector.endpoints.answers import Answer, refused
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest
from softphone_connector.inspector.reading import (
    EventLine,
    event_lines,
    params_of,
    with_calls,
)
from softphone_connector.models import SoftphoneKey

logger = logging.getLogger(__name__)

# Stands for any key while the transaction lasts; outside of it nobody has it.
STAND_IN: Final = KEY_BEGINS + secrets.token_urlsafe(keys.KEY_BYTES)
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
# A line of an access log, with or without its quotes.
LOGGED: Final = re.compile(
    r"\"?(?:(GET|POST) +)?(.*?)(?: HTTP/[0-9.]+\"?.*)?", re.DOTALL
)
MASKED: Final = "…"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A request to try: the path behind the key, its parameters, and when it came
    (UTC). ``body_type`` is the media type of parameters in the body, "" for a query.
    """

    path: str
    sent: bytes
    body_type: str = ""
    at: datetime = field(default_factory=timezone.now)

    def request(self) -> EventRequest:
        """The request as the endpoint gets it."""
        posts = bool(self.body_type)
        return EventRequest(
            method="POST" if posts else "GET",
            path=f"{STAND_IN}/{self.path}",
            query=b"" if posts else self.sent,
            body=self.sent if posts else b"",
            headers={"content-type": self.body_type} if posts else {},
            received_at=self.at,
        )


@dataclass(frozen=True, kw_only=True)
class PartSeen:
    """A leg: its extension, and what came of it in words."""

    extension: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class CallSeen:
    """A call at one moment; ``wait`` and ``duration`` in seconds."""

    uid: UUID
    look: Look
    number: str
    extension: str
    wait: int | None
    duration: int | None
    parts: tuple[PartSeen, ...]


@dataclass(frozen=True, kw_only=True)
class Became:
    """What a request would become.

    ``events`` are those it would leave. ``call`` is how the call would be, ``before``
    how it is now, None for a new one.
    """

    status: int
    text: str
    events: list[EventLine]
    call: CallSeen | None
    before: CallSeen | None

    @property
    def accepted(self) -> bool:
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def changes_nothing(self) -> bool:
        """Whether the call is already as it would be."""
        return self.call is not None and self.call == self.before


def trial_of(event: Event, profile: str) -> Trial:
    """A kept event's request, at the time it came; ``profile`` is its client's."""
    params = params_of(event.raw)
    trial = Trial(
        path=str(event.raw.get("path", "")),
        sent=urlencode(params).encode(),
        body_type=FORM if event.raw.get("method") == "POST" else "",
        at=event.received_at,
    )
    if trial.body_type and adapter_of(profile) and any("." in name for name in params):
        body = json.dumps(_nested(params)).encode()
        return replace(trial, sent=body, body_type=JSON)
    return trial


def _nested(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a service posted as JSON: it is kept as "payload.object.id"."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        *path, last = str(name).split(".")
        place = found
        for part in path:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        place[last] = value
    return found


def trial_in(text: str, method: str = "GET") -> tuple[Trial, str]:
    """The request in a URL, in the end of one ("ringing?number=…"), in a query, in a
    line of an access log or in a JSON object, and the key in it, "" for none.

    A masked key is none. Raises ValueError for what can't be read as an address.
    """
    text = text.strip()
    if text.startswith("{"):
        return Trial(path="", sent=_bytes(text), body_type=JSON), ""
    found = LOGGED.fullmatch(text)
    method, text = (found[1] or method, found[2]) if found else (method, text)
    parts = urlsplit(text)
    path, query = unquote(parts.path, errors="replace"), parts.query
    if not query and "=" in path:
        path, query = "", parts.path
    _before, inside, behind = path.rpartition("/softphone/")
    segments = (behind if inside else path).strip("/")
    first, _slash, rest = segments.partition("/")
    is_key = first.startswith(KEY_BEGINS)
    trial = Trial(
        path=rest if is_key else segments,
        sent=_bytes(query),
        body_type=FORM if method == "POST" else "",
    )
    return trial, first if is_key and not first.endswith(MASKED) else ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def try_with_key(trial: Trial, key: SoftphoneKey) -> Became:
    """Try a request as if it came with a key.

    Signatures are not looked at: they can be right only once.
    """

    def stand_in() -> None:
        SoftphoneKey.objects.filter(pk=key.pk).update(
            hash=keys.hashed(STAND_IN), signing_secret=""
        )

    return _undone(trial, stand_in)


def try_as_client(
    trial: Trial, profile: str, endpoint_set: EndpointSet | None
) -> Became:
    """Try a request as if a PBX sent it: a client's profile and an endpoint set."""

    def stand_in() -> None:
        made, _secret = keys.create(
            pbx_name=MASKED, profile=profile, endpoint_set=endpoint_set
        )
        SoftphoneKey.objects.filter(pk=made.pk).update(hash=keys.hashed(STAND_IN))

    return _undone(trial, stand_in)


def unknown_key(trial: Trial) -> Became:
    """What a request with a key that nobody has becomes; it is not counted."""
    return _became(refused(Fault(Code.KEY_UNKNOWN), trial.request()))


def _undone(trial: Trial, stand_in: Callable[[], None]) -> Became:
    """Answer a request in a transaction that is rolled back, whatever happens."""
    try:
        with transaction.atomic():
            stand_in()
            became = _try(trial)
            transaction.set_rollback(True)
    except DatabaseError:
        # Another one writes for too long, say: nothing was tried then.
        logger.exception("A request could not be tried.")
        return _became(refused(Fault(Code.UNAVAILABLE), trial.request()))
    return _with_before(became)


def _try(trial: Trial) -> Became:
    request = trial.request()
    try:
        source = keys.find(STAND_IN).source
    except keys.KeyRefusedError:
        return _became(refused(Fault(Code.KEY_REVOKED), request))
    mine = Event.objects.filter(source=source, received_at=trial.at)
    known = set(mine.values_list("pk", flat=True))
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    answer = handle(request)
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return _became(answer)
    news = [pk for pk in mine.values_list("pk", flat=True) if pk not in known]
    rows = with_calls(Event.objects.filter(pk__in=news, pk__gt=last)).order_by("pk")
    return _became(answer, event_lines(rows))


def _became(answer: Answer, lines: list[EventLine] | None = None) -> Became:
    lines = lines or []
    calls = [line.call.pk for line in lines if line.call]
    # An old event may leave a call whose end has been overdue for long.
    recompute(calls[-1:], timezone.now())
    return Became(
        status=answer.status,
        text=answer.body.decode("utf-8", "replace").strip(),
        events=lines,
        call=_seen(Call.all_objects.get(pk=calls[-1])) if calls else None,
        before=None,
    )


def _with_before(became: Became) -> Became:
    if became.call is None:
        return became
    call = Call.all_objects.filter(uid=became.call.uid).first()
    return replace(became, before=_seen(call) if call else None)


def _seen(call: Call) -> CallSeen:
    legs = Leg.objects.filter(call=call).order_by("extension")
    return CallSeen(
        uid=call.uid,
        look=look(call),
        number=call.e164 or call.number,
        extension=call.extension,
        wait=call.wait,
        duration=call.duration,
        parts=tuple(
            PartSeen(extension=leg.extension, outcome=str(Outcome(leg.outcome).label))
            for leg in legs
        ),
    )
