"""The whole job of an event endpoint: key, parameters, record, answer.

``handle`` knows neither Django's requests nor ASGI, so that both doors give the same
answers. It needs a thread of its own with a database connection.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, connection, transaction

from crmplus.administration.addons import is_active
from crmplus.phonebook.plan import number_plan
from pbxmanager import recorder
from pbxmanager.endpoint_settings import spec_of
from pbxmanager.endpoint_spec import Role, SetSpec
from softphone_connector import add_on, keys
from softphone_connector.adapters import door
from softphone_connector.adapters.registry import adapter_of
from softphone_connector.endpoints import answers, attempts, params
from softphone_connector.endpoints.answers import Answer
from softphone_connector.endpoints.events import (
    call_event,
    check_method,
    endpoint_of,
    raw,
    sent_fields,
)
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.requests import METHODS, EventRequest
from softphone_connector.models import UnknownKeyAttempt
from softphone_connector.profiles.ways import ways_of

logger = logging.getLogger(__name__)

KEY_CODES = {
    UnknownKeyAttempt.Reason.MISSING: Code.KEY_MISSING,
    UnknownKeyAttempt.Reason.UNKNOWN: Code.KEY_UNKNOWN,
    UnknownKeyAttempt.Reason.REVOKED: Code.KEY_REVOKED,
}
REFUSAL_ROLES = {
    recorder.Refusal.NO_NUMBER: Role.NUMBER,
    recorder.Refusal.NO_CALL: Role.CALL_ID,
}


def handle(request: EventRequest) -> Answer:
    """Answer one request to an event endpoint. Never raises.

    2xx and 3xx come after the event is committed. 4xx will never work, and says what
    to do; 503 means: send it again. Phones don't, so a lost database connection is
    made anew once; an event that was committed all the same changes nothing again.
    """
    answer = _try(request)
    if answer is None and _reconnects():
        answer = _try(request)
    return answer or answers.refused(Fault(Code.UNAVAILABLE), request)


def _try(request: EventRequest) -> Answer | None:
    try:
        return _answer(request)
    except Exception:
        logger.exception("An event could not be recorded.")
        return None


def handle_all(requests: Sequence[EventRequest]) -> list[Answer]:
    """Answer several requests, in their order, with one commit for all. Never raises.

    Writing to the disk takes longer than all the rest, so what came while one event
    was written is written together. Where that fails, each is handled on its own.
    """
    if len(requests) > 1:
        try:
            # They are kept for a while, but not if read inside a transaction.
            number_plan()
            is_active(add_on.KEY)
            with transaction.atomic():
                answered = [handle(request) for request in requests]
                if not connection.needs_rollback:
                    return answered
        except Exception:
            logger.exception("Events could not be recorded together.")
    return [handle(request) for request in requests]


def _reconnects() -> bool:
    """Let go of the thread's database connection if it is lost; True if it was."""
    if connection.connection is None or connection.in_atomic_block:
        return False
    try:
        if connection.is_usable():
            return False
    except DatabaseError:
        logger.info("The database connection is lost.")
    connection.close()
    return True


def _answer(request: EventRequest) -> Answer:
    try:
        return _accept(request)
    except Fault as fault:
        return answers.refused(fault, request)


def _accept(request: EventRequest) -> Answer:
    _check(request)
    if request.only_looks:
        return answers.nothing()
    secret, segment = request.address()
    holder = _holder(request, secret)
    settings = spec_of(holder.set_id, holder.set_revision)
    adapter = adapter_of(holder.profile)
    if adapter:
        return door.accept(request, holder, settings, adapter)
    recorded = _record(request, segment, holder, settings)
    if recorded.call and request.is_navigation:
        return answers.to_popup(recorded.call.uid)
    return answers.nothing(settings.reply)


def _check(request: EventRequest) -> None:
    if not is_active(add_on.KEY):
        raise Fault(Code.ADD_ON_INACTIVE, value=str(add_on.ADD_ON.name))
    if request.method not in METHODS:
        raise Fault(Code.METHOD, allowed=", ".join(METHODS))
    if request.is_too_long:
        raise Fault(Code.URL_TOO_LONG)
    if request.is_too_large:
        raise Fault(Code.BODY_TOO_LARGE)


def _holder(request: EventRequest, secret: str) -> keys.Holder:
    """Whose key it is; a request without a good one is counted and refused."""
    try:
        if not secret:
            raise keys.KeyRefusedError(UnknownKeyAttempt.Reason.MISSING)
        holder = keys.find(secret)
    except keys.KeyRefusedError as error:
        attempts.count(error.reason, secret, request.remote, request.received_at)
        raise Fault(KEY_CODES[error.reason]) from error
    try:
        keys.note_use(holder, request.received_at)
    except DatabaseError:
        logger.exception("The use of a key could not be noted.")
    return holder


def _record(
    request: EventRequest, segment: str, holder: keys.Holder, settings: SetSpec
) -> recorder.Recorded:
    """Record what a request reports; what is refused is kept with its key."""
    sent: dict[str, str] = {}
    try:
        sent = sent_fields(request, settings)
        endpoint = endpoint_of(segment, sent, settings)
        check_method(request, endpoint)
        ways = ways_of(holder.profile)
        stated = params.read(sent, endpoint, settings.recording_hosts, ways)
        kept = raw(request, segment, sent)
        event = call_event(request, holder, endpoint, stated, kept)
    except Fault as fault:
        kept = {**raw(request, segment, sent), "fault": fault.facts}
        recorder.refuse(holder.source, kept, fault.code, request.received_at)
        raise
    try:
        return recorder.record(event)
    except recorder.Refused as refused:
        role = REFUSAL_ROLES[refused.refusal]
        parameter = endpoint.names.get(role, role)
        client = {"profile": ways.profile} if ways.profile else {}
        raise Fault(refused.refusal, parameter=parameter, **client) from refused
