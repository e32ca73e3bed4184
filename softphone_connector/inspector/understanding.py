"""An event in detail: what each parameter means, and what was understood of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crmplus import words
from pbxmanager.endpoint_forms import ROLES
from pbxmanager.endpoint_spec import DEFAULT_SET, EndpointSpec, Role, SetSpec
from pbxmanager.models import EndpointSet, Event
from softphone_connector.adapters.registry import adapter_of
from softphone_connector.client_pages import set_spec_of
from softphone_connector.inspector.reading import EventLine, params_of, visible
from softphone_connector.models import SoftphoneKey
from softphone_connector.profiles import Profile, profile

# Less than this is the way from the phone to here.
ON_TIME: Final = timedelta(seconds=2)
CAUSES: Final = {
    "answered_elsewhere": gettext_lazy("Answered elsewhere"),
    "rejected": gettext_lazy("Rejected"),
    "cancelled": gettext_lazy("Cancelled"),
    "busy": gettext_lazy("Busy"),
    "no_answer": gettext_lazy("No answer"),
    "unreachable": gettext_lazy("Unreachable"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A parameter of a request.

    ``name`` and ``value`` are as sent, ``name`` "" where it was not sent: the value
    is then fixed in the settings, or follows from the key. ``role`` is what it means
    in words, "" for one that is not read. ``meaning`` is what was understood, "" for
    nothing.
    """

    name: str = ""
    value: str = ""
    role: str = ""
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class EventDetail:
    """An event with all that is known of it.

    ``client`` is the sender's profile. ``set_name`` names the endpoint set by whose
    present settings the parameters are explained. ``has_own_format`` says that a
    service posted in a format of its own, so that no parameter has a role by itself.
    """

    line: EventLine
    parts: list[Part]
    clock: str
    method: str
    remote: str
    client: Profile | None
    set_name: str
    has_own_format: bool


def event_detail(line: EventLine) -> EventDetail:
    """All that is known of an event, in the active language."""
    key = line.sender.key
    spec = _spec(key)
    raw = line.event.raw
    own_format = bool(key and adapter_of(key.profile))
    return EventDetail(
        line=line,
        parts=list(_parts(line, spec, own_format)),
        clock=clock(line.drift),
        method=visible(str(raw.get("method", ""))),
        remote=visible(str(raw.get("remote", ""))),
        client=profile(key.profile) if key else None,
        set_name=spec.name if key else "",
        has_own_format=own_format,
    )


def clock(drift: timedelta | None) -> str:
    """How far a stated time is from the arrival, in words; "" where none counts.

    ``drift`` is how far it is ahead.
    """
    if drift is None:
        return ""
    if abs(drift) < ON_TIME:
        return _("on time: less than 2 seconds from the arrival")
    seconds = round(abs(drift) / timedelta(seconds=1))
    length = ngettext("%(count)s second", "%(count)s seconds", seconds)
    length %= {"count": formats.number_format(seconds)}
    if drift > timedelta():
        return _("%(length)s ahead of the arrival: the phone's clock is fast") % {
            "length": length
        }
    return _("%(length)s before the arrival: sent late, or the clock is slow") % {
        "length": length
    }


def _spec(key: SoftphoneKey | None) -> SetSpec:
    """What the key's endpoint set expects now."""
    if key is None:
        return DEFAULT_SET
    chosen = EndpointSet.objects.filter(pk=key.endpoint_set_id or 0).first()
    return set_spec_of(chosen)


def _endpoint(raw: Mapping[str, Any], spec: SetSpec) -> EndpointSpec | None:
    """The endpoint that a kept request meant, None where it is none of the set."""
    segment = str(raw.get("path", ""))
    if segment in {"", spec.common_slug}:
        segment = str(params_of(raw).get(spec.event_parameter, ""))
    return spec.endpoints.get(segment.strip().lower())


def _parts(line: EventLine, spec: SetSpec, own_format: bool) -> Iterator[Part]:
    raw = line.event.raw
    endpoint = _endpoint(raw, spec)
    names = {} if own_format else endpoint.names if endpoint else spec.names
    roles = {name: role for role, name in names.items()}
    meanings = _meanings(line) if line.was_read else {}
    fixed = endpoint.fixed if endpoint and not own_format else {}
    for name, value in params_of(raw).items():
        role = roles.get(name)
        is_event = name == spec.event_parameter and not own_format
        # A role that is fixed in the settings is not read from what was sent.
        used = role is not None and role not in fixed
        yield Part(
            name=visible(name),
            value=visible(str(value)),
            role=_("Event") if is_event else _label(role) if used else "",
            meaning=line.kind if is_event else _take(meanings, role) if used else "",
        )
    for role, value in fixed.items():
        meaning = _take(meanings, role)
        yield Part(value=visible(value), role=_label(role), meaning=meaning)
    for role, meaning in meanings.items():
        yield Part(role=_label(role), meaning=meaning)


def _take(meanings: dict[Role, str], role: Role | None) -> str:
    return meanings.pop(role, "") if role else ""


def _label(role: Role | None) -> str:
    return str(ROLES[role]) if role else ""


def _meanings(line: EventLine) -> dict[Role, str]:
    """What was understood of each role, in words; what was not stated is left out."""
    event = line.event
    found = {
        Role.EXTENSION: visible(event.extension),
        Role.NUMBER: line.number,
        Role.CALL_ID: line.call_id,
        Role.DIRECTION: line.direction,
        Role.NAME: visible(event.name),
        Role.CAUSE: cause_words(event),
        Role.AT: words.exact(event.stated_at) if event.stated_at else "",
        Role.DURATION: "" if event.duration is None else words.clock(event.duration),
        Role.RECORDING_URL: visible(event.recording_url),
    }
    return {role: text for role, text in found.items() if text}


def cause_words(event: Event) -> str:
    """Why a leg ended, as stated, "" where it was not."""
    return str(CAUSES.get(event.cause, visible(event.cause)))
