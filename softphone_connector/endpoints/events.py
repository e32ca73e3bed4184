"""From a request with a good key to the ``CallEvent`` it reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from crmplus.phonebook.normalise import Number, NumberKind, NumberPlan, normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.endpoint_spec import EndpointSpec, Role, SetSpec
from pbxmanager.events import CallEvent, EventKind, trusted_time
from softphone_connector.endpoints import fields, params
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.requests import EventRequest
from softphone_connector.endpoints.text import clean, is_placeholder, storable
from softphone_connector.keys import Holder
from softphone_connector.profiles.ways import PLAIN, Ways, ways_of

RAW_LENGTH = 1024
SHOWN_LENGTH = 64
# What clients report beside our four events. It is kept, and changes nothing.
OTHER_EVENTS = frozenset(
    {
        "dialing",
        "dialling",
        "forward",
        "forwarded",
        "hold",
        "mute",
        "resume",
        "transfer",
        "transferred",
        "unhold",
        "unmute",
    }
)


def sent_fields(request: EventRequest, settings: SetSpec) -> dict[str, str]:
    """All parameters of a request. Raises ParameterError for an unknown body."""
    known = settings.parameter_names
    query = fields.pairs(request.query, known)
    if request.method != "POST":
        return fields.merged(query, ())
    header = request.header("content-type")
    return fields.merged(query, fields.body_pairs(request.body, header, known))


def raw(
    request: EventRequest, segment: str, sent: Mapping[str, str]
) -> dict[str, object]:
    """What is kept of a request as it came, without its secrets."""
    return {
        "params": {
            storable("", name, SHOWN_LENGTH): storable(name, value, RAW_LENGTH)
            for name, value in sent.items()
        },
        "path": storable("", segment, SHOWN_LENGTH),
        "method": request.method,
        "remote": request.remote,
    }


def endpoint_of(
    segment: str, sent: Mapping[str, str], settings: SetSpec
) -> EndpointSpec:
    """Which endpoint an address means: by its last segment, else by a parameter.

    A parameter may name any event; one that is not ours is of kind ``other``. An
    address must be one of the set's, or end with a well-known other event.
    Raises Fault for an address that means nothing.
    """
    by_parameter = segment in {"", settings.common_slug}
    stated = sent.get(settings.event_parameter, "") if by_parameter else segment
    slug = clean(stated, SHOWN_LENGTH).strip().lower()
    known = ", ".join(settings.slugs)
    if by_parameter and (not slug or is_placeholder(stated)):
        parameter = settings.event_parameter
        raise Fault(Code.EVENT_MISSING, parameter=parameter, known=known)
    endpoint = settings.endpoints.get(slug)
    if endpoint:
        if not endpoint.enabled:
            raise Fault(Code.EVENT_OFF, value=slug)
        return endpoint
    if not by_parameter and slug not in OTHER_EVENTS:
        raise Fault(Code.EVENT_UNKNOWN, value=slug, known=known)
    return EndpointSpec(kind=EventKind.OTHER, slug=slug, names=settings.names)


def check_method(request: EventRequest, endpoint: EndpointSpec) -> None:
    """Refuse a method that the admin has not allowed for the endpoint."""
    if endpoint.method and request.method != endpoint.method:
        raise Fault(Code.METHOD, allowed=endpoint.method)


def extension_of(stated: str, holder: Holder) -> str:
    """The extension an event is about: as stated, else the only possible one, else "".

    Raises Fault where the key may not report for it.
    """
    allowed = holder.allowed
    if allowed is None:
        return stated
    if not allowed:
        raise Fault(Code.EXTENSION_NONE)
    if stated and stated not in allowed:
        raise Fault(Code.EXTENSION_FOREIGN, value=stated)
    return stated or (allowed[0] if len(allowed) == 1 else "")


def plan_of(plan: NumberPlan, ways: Ways) -> NumberPlan:
    """How a client's numbers are to be read."""
    return _with_bare_international(plan) if ways.bare_international else plan


@lru_cache(maxsize=2)
def _with_bare_international(plan: NumberPlan) -> NumberPlan:
    return replace(plan, bare_international=True)


def call_event(
    request: EventRequest,
    holder: Holder,
    endpoint: EndpointSpec,
    stated: params.Stated,
    kept: Mapping[str, object],
) -> CallEvent:
    """The event that a request reports, with ``kept`` and all notes as its raw form.

    Raises Fault where the key may not report it.
    """
    extension = extension_of(stated.extension, holder)
    ways = ways_of(holder.profile)
    number = normalise(stated.number, plan_of(number_plan(), ways))
    at = trusted_time(stated.at, request.received_at)
    known = number.kind is not NumberKind.PLACEHOLDER
    return CallEvent(
        kind=endpoint.kind,
        source=holder.source,
        scope="" if holder.is_pbx else extension,
        call_id=stated.call_id,
        extension=extension,
        number=number,
        number_stated=stated.number_stated and known,
        direction=stated.direction,
        name=stated.name,
        cause=stated.cause,
        received_at=request.received_at,
        stated_at=at,
        duration=stated.duration,
        recording_url=stated.recording_url,
        ids_restart=holder.ids_restart,
        raw={
            **kept,
            "notes": [*stated.notes, *remarks(endpoint, stated, number, at, ways)],
        },
    )


def remarks(
    endpoint: EndpointSpec,
    stated: params.Stated,
    number: Number,
    at: datetime | None,
    ways: Ways = PLAIN,
) -> Iterator[params.Note]:
    """What the admin should know beside what the parameters alone told."""
    if endpoint.kind is EventKind.OTHER:
        yield params.note("event_unknown", "", endpoint.slug)
    if number.kind is NumberKind.PLACEHOLDER:
        name = endpoint.names.get(Role.NUMBER, Role.NUMBER)
        yield params.placeholder_note(Role.NUMBER, name, stated.number, ways)
    if stated.at and at is None:
        name = endpoint.names.get(Role.AT, Role.AT)
        yield params.note("time_not_trusted", name, stated.at.isoformat())
