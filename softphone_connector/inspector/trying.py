"""What would a request become? The real endpoint answers it, and all is undone.

Everything happens in one transaction that is rolled back: no event is kept, no call
changes, and what is told after a commit is never told.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from pbxmanager.endpoint_settings import EndpointSet
from pbxmanager.endpoint_spec import KEY_BEGINS
from pbxmanager.looks import Look, look
from pbxmanager.models import Call, Event, Leg, Outcome
from pbxmanager.recorder import recompute
from softphone_connector import keys
from softphone_connector.endpoints.answers import Answer, refused
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.handler import handle
from softphone_connector.endpoints.requests import EventRequest
from softphone_connector.inspector.reading import EventLine, event_lines, with_calls
from softphone_connector.models import SoftphoneKey

# Stands for any key while the transaction lasts; outside of it nobody has it.
STAND_IN: Final = KEY_BEGINS + secrets.token_urlsafe(keys.KEY_BYTES)
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A request to try: the path behind the key, the query, and when it came (UTC)."""

    path: str
    query: bytes
    method: str = "GET"
    at: datetime = field(default_factory=timezone.now)

    def request(self) -> EventRequest:
        """The request as the endpoint gets it."""
        posts = self.method == "POST"
        return EventRequest(
            method=self.method,
            path=f"{STAND_IN}/{self.path}",
            query=b"" if posts else self.query,
            body=self.query if posts else b"",
            headers=FORM if posts else {},
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


def trial_of(event: Event) -> Trial:
    """A kept event's request, at the time it came."""
    params = event.raw.get("params") or {}
    return Trial(
        path=str(event.raw.get("path", "")),
        query=urlencode(params).encode(),
        method="POST" if event.raw.get("method") == "POST" else "GET",
        at=event.received_at,
    )


def trial_in(text: str, method: str = "GET") -> tuple[Trial, str]:
    """The request in a URL, in the end of one ("ringing?number=…") or in a query, and
    the key in it, "" for none.
    """
    parts = urlsplit(text.strip())
    path, query = parts.path, parts.query
    if not query and "=" in path:
        path, query = "", path
    _before, found, behind = path.rpartition("/softphone/")
    segments = (behind if found else path).strip("/")
    first, _slash, rest = segments.partition("/")
    secret, path = (first, rest) if first.startswith(KEY_BEGINS) else ("", segments)
    trial = Trial(path=path, query=query.encode("utf-8", "replace"), method=method)
    return trial, secret


def try_with_key(trial: Trial, key: SoftphoneKey) -> Became:
    """Try a request as if it came with a key.

    Signatures are not looked at: they can be right only once.
    """
    with transaction.atomic():
        SoftphoneKey.objects.filter(pk=key.pk).update(
            hash=keys.hashed(STAND_IN), signing_secret=""
        )
        became = _try(trial)
        transaction.set_rollback(True)
    return _with_before(became)


def try_as_client(
    trial: Trial, profile: str, endpoint_set: EndpointSet | None
) -> Became:
    """Try a request as if a PBX sent it: a client's profile and an endpoint set."""
    with transaction.atomic():
        made, _secret = keys.create(
            pbx_name="–", profile=profile, endpoint_set=endpoint_set
        )
        SoftphoneKey.objects.filter(pk=made.pk).update(hash=keys.hashed(STAND_IN))
        became = _try(trial)
        transaction.set_rollback(True)
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
    return Became(
        status=became.status,
        text=became.text,
        events=became.events,
        call=became.call,
        before=_seen(call) if call else None,
    )


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
