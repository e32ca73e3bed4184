"""Faults and notes in words: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import CALL_ID_LENGTH, EXTENSION_LENGTH
from pbxmanager.recorder import Refusal
from softphone_connector.endpoints.faults import Code
from softphone_connector.endpoints.params import MAX_DURATION
from softphone_connector.endpoints.requests import BODY_LIMIT, URL_LIMIT
from softphone_connector.profiles.hints import hint

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LIMITS: Mapping[str, object] = {
    "url_limit": URL_LIMIT,
    "body_limit": BODY_LIMIT,
    "call_id_length": CALL_ID_LENGTH,
    "extension_length": EXTENSION_LENGTH,
    "max_duration": MAX_DURATION,
}

REMEDIES: Mapping[str, _StrPromise] = {
    Code.URL_TOO_LONG: _(
        "The address is too long: at most %(url_limit)s bytes are allowed. Leave out "
        "parameters that are not needed, or send them by POST."
    ),
    Code.BODY_TOO_LARGE: _(
        "The request is too large: its body may have %(body_limit)s bytes at most."
    ),
    Code.BODY_UNREADABLE: _(
        "The body can't be read. Allowed: one JSON object, or a form (urlencoded or "
        "multipart), with a Content-Type that says which."
    ),
    Code.METHOD: _("This address takes %(allowed)s only."),
    Code.KEY_MISSING: _(
        "The address has no softphone key. It goes between /softphone/ and the event, "
        "begins with sk_, and is made under “My settings” or by an administrator. It "
        "can also be sent as Authorization: Bearer or as Basic password."
    ),
    Code.KEY_UNKNOWN: _(
        "This softphone key does not exist. Check that it was copied completely, or "
        "make a new one."
    ),
    Code.KEY_REVOKED: _(
        "This softphone key was revoked, or its user may no longer sign in. Make a new "
        "key and put it into the phone's addresses."
    ),
    Code.EVENT_MISSING: _(
        "The event is missing. Allowed: the address ends with one of %(known)s, or the "
        "parameter “%(parameter)s” names one of them."
    ),
    Code.EVENT_UNKNOWN: _(
        "There is no event “%(value)s” here. The address may end with: %(known)s."
    ),
    Code.EVENT_OFF: _(
        "The event “%(value)s” is switched off. Ask %(admin)s to switch it on in the "
        "settings of the PBX Manager, or take this address out of the phone."
    ),
    Code.EXTENSION: _(
        "“%(parameter)s” is “%(value)s”. Allowed: an extension such as 201, or a SIP "
        "address such as sip:201@pbx.example.com; at most %(extension_length)s "
        "characters."
    ),
    Code.EXTENSION_FOREIGN: _(
        "Extension %(value)s is not one that this key may report for. Ask %(admin)s to "
        "assign extension %(value)s to the user of this key, or use a key of the "
        "user it belongs to."
    ),
    Code.EXTENSION_NONE: _(
        "The user of this key has no extension that it may report for. Ask %(admin)s "
        "to assign one."
    ),
    Code.CALL_ID: _(
        "“%(parameter)s” is too long. Allowed: any text of at most %(call_id_length)s "
        "characters, the same for all events of a call."
    ),
    Code.DIRECTION: _(
        "“%(parameter)s” is “%(value)s”. Allowed: inbound, outbound, internal, in, out."
    ),
    Code.AT: _(
        "“%(parameter)s” is “%(value)s”. Allowed: a time as ISO 8601, such as "
        "2026-05-04T09:30:00Z, or Unix time in seconds or milliseconds."
    ),
    Code.DURATION: _(
        "“%(parameter)s” is “%(value)s”. Allowed: the talk time in seconds, a number "
        "from 0 to %(max_duration)s."
    ),
    Code.PAYLOAD: _(
        "This is no event of %(value)s: its kind or its call ID is missing. This key "
        "takes the events of %(value)s only; another client needs a key of its own."
    ),
    Code.SIGNATURE: _(
        "The signature of %(value)s is missing, wrong or too old. Enter the secret of "
        "%(value)s with this key, and compare address and clock: the service signs "
        "the address that it calls, or the time."
    ),
    Code.INCOMPLETE: _(
        "%(value)s wants an answer that is signed with its secret, and this key has "
        "none that can be read. Enter the secret of %(value)s with this key."
    ),
    Refusal.NO_NUMBER: _(
        "A ringing call needs a number: “%(parameter)s” is missing, or the phone sent "
        "the name of its variable instead. Allowed: a phone number in any notation, or "
        "an empty value for an anonymous caller."
    ),
    Refusal.NO_CALL: _(
        "This event belongs to no call: no call of this phone is open, and "
        "“%(parameter)s” names none that is known. Send the same “%(parameter)s” with "
        "all events of a call, or report the ringing first."
    ),
    Code.ADD_ON_INACTIVE: _(
        "The add-on %(value)s is not active, so calls are not recorded. Ask %(admin)s "
        "to activate it under Global settings, Add-on manager."
    ),
    Code.UNAVAILABLE: _(
        "The event could not be stored just now. Nothing is wrong with the request: "
        "send it again in a few seconds."
    ),
}
# Which role a refusal is about, so that the client's profile can name its variable.
ROLES: Mapping[str, Role] = {
    Refusal.NO_NUMBER: Role.NUMBER,
    Refusal.NO_CALL: Role.CALL_ID,
}
OTHERWISE = _("The event was refused (%(code)s).")

REMARKS: Mapping[str, _StrPromise] = {
    "placeholder": _(
        "“%(parameter)s” contains “%(value)s”: the phone did not fill its variable in. "
        "It was read as not stated."
    ),
    "cause_unknown": _("The cause “%(value)s” is not known; it was ignored."),
    "recording_dropped": _(
        "“%(parameter)s” was dropped: recordings are taken by https from the hosts "
        "that an administrator has listed."
    ),
    "event_unknown": _("The event “%(value)s” is none of ours; it changes nothing."),
    "time_not_trusted": _(
        "“%(parameter)s” is “%(value)s”: more than a minute ahead or a day behind. The "
        "time of arrival counts."
    ),
}


def remedy(code: str, facts: Mapping[str, object]) -> str:
    """What is wrong and what to do, in the active language."""
    text = REMEDIES.get(code, OTHERWISE)
    known = {"parameter": "", "value": "", "known": "", "allowed": "", "code": code}
    admin = facts.get("admin") or gettext("an administrator")
    found = str(text) % {**known, **LIMITS, **facts, "admin": admin}
    return _with_hint(found, {"role": ROLES.get(code, ""), **facts})


def remark(note: Mapping[str, object]) -> str:
    """A note kept with an event, in words, in the active language."""
    text = REMARKS.get(str(note.get("code")), OTHERWISE)
    known = {"parameter": "", "value": "", "code": ""}
    return _with_hint(str(text) % {**known, **note}, note)


def _with_hint(text: str, facts: Mapping[str, object]) -> str:
    """A text and, where the client is known, what its profile says about it."""
    profile, role = str(facts.get("profile", "")), str(facts.get("role", ""))
    more = hint(profile, role, str(facts.get("value", "")))
    return f"{text} {more}" if more else text
