"""From a service's request to its events, and to the answer that it expects."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from django.urls import get_script_prefix

from crmplus.conf import env
from pbxmanager import recorder
from pbxmanager.endpoint_spec import EndpointSpec, SetSpec
from softphone_connector import vault
from softphone_connector.adapters.directory import Installation
from softphone_connector.adapters.reading import (
    Adapter,
    Reply,
    SecretMissing,
    ServiceRequest,
    Told,
    Unreadable,
)
from softphone_connector.endpoints import attempts, events, fields, params
from softphone_connector.endpoints.answers import COMMON, Answer, nothing
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.requests import PREFIX, EventRequest
from softphone_connector.keys import Holder
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt


def accept(
    request: EventRequest, holder: Holder, settings: SetSpec, adapter: Adapter
) -> Answer:
    """Record what a service reports; the answer comes after the commit.

    Raises Fault where none of it could be taken. What was refused is kept with the
    reason; a request with a wrong signature is counted, and not kept.
    """
    service = _service_request(request)
    secret = _signing_secret(holder.id, adapter)
    greeting = _greeting(service, secret, adapter)
    if greeting:
        return _answer(greeting)
    if secret and adapter.is_signed and not adapter.is_signed(service, secret):
        reason = UnknownKeyAttempt.Reason.SIGNATURE
        key, _segment = request.address()
        attempts.count(reason, key, request.remote, request.received_at)
        raise Fault(Code.SIGNATURE, value=adapter.label)
    _record_all(request, service, holder, settings, adapter)
    reply = adapter.reply(service)
    return _answer(reply) if reply.body else nothing(reply.status)


def _service_request(request: EventRequest) -> ServiceRequest:
    """The request as adapters read it; what can't be read as fields has none."""
    try:
        header = request.header("content-type")
        in_body = fields.body_pairs(request.body, header, ())
    except Fault:
        in_body = []
    secret, segment = request.address()
    path = f"{get_script_prefix().rstrip('/')}{PREFIX}{quote(f'{secret}/{segment}')}"
    query = request.query.decode("latin-1")
    return ServiceRequest(
        method=request.method,
        url=f"{env.base_url}{path}{'?' if query else ''}{query}",
        pairs=[*in_body, *fields.pairs(request.query, ())],
        headers=request.headers,
        body=request.body,
        received_at=request.received_at,
    )


def _signing_secret(key: int, adapter: Adapter) -> str:
    sealed = SoftphoneKey.objects.values_list("signing_secret", flat=True).get(pk=key)
    try:
        return vault.unseal(sealed)
    except vault.SealBrokenError as error:
        raise Fault(Code.INCOMPLETE, value=adapter.label) from error


def _greeting(service: ServiceRequest, secret: str, adapter: Adapter) -> Reply | None:
    try:
        return adapter.greet(service, secret)
    except SecretMissing as error:
        raise Fault(Code.INCOMPLETE, value=adapter.label) from error


def _answer(reply: Reply) -> Answer:
    media_type = ("Content-Type", f"{reply.media_type}; charset=utf-8")
    return Answer(reply.status, (*COMMON, media_type), reply.body.encode())


def _record_all(
    request: EventRequest,
    service: ServiceRequest,
    holder: Holder,
    settings: SetSpec,
    adapter: Adapter,
) -> None:
    """Record each event on its own. Raises Fault where not one could be taken."""
    _secret, segment = request.address()
    kept = events.raw(request, segment, service.kept)
    try:
        told = adapter.read(service, Installation())
    except Unreadable as error:
        fault = Fault(Code.PAYLOAD, value=adapter.label)
        _refuse(request, holder, kept, fault)
        raise fault from error
    faults = [_fault_of(one, request, holder, settings, kept) for one in told]
    first = next(filter(None, faults), None)
    if first and all(faults):
        raise first


def _refuse(
    request: EventRequest, holder: Holder, kept: Mapping[str, object], fault: Fault
) -> None:
    raw = {**kept, "fault": fault.facts}
    recorder.refuse(holder.source, raw, fault.code, request.received_at)


def _fault_of(
    told: Told,
    request: EventRequest,
    holder: Holder,
    settings: SetSpec,
    kept: Mapping[str, object],
) -> Fault | None:
    """Record one event; gives why it was refused, None where it was taken."""
    endpoint = EndpointSpec(kind=told.kind, slug=told.kind)
    try:
        stated = params.read(told.parameters(), endpoint, settings.recording_hosts)
        event = events.call_event(request, holder, endpoint, stated, kept)
    except Fault as fault:
        _refuse(request, holder, kept, fault)
        return fault
    try:
        recorder.record(event)
    except recorder.Refused as refused:
        return Fault(refused.refusal, parameter="callId")
    return None
