"""What can be wrong with a request. Pure: knows no Django.

A fault is a code with its facts; ``remedies.py`` says it in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus


class Code(StrEnum):
    """Every fault that the endpoints themselves find, as it is kept and shown."""

    URL_TOO_LONG = "url_too_long"
    BODY_TOO_LARGE = "body_too_large"
    BODY_UNREADABLE = "body_unreadable"
    METHOD = "method"
    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_REVOKED = "key_revoked"
    EVENT_MISSING = "event_missing"
    EVENT_UNKNOWN = "event_unknown"
    EVENT_OFF = "event_off"
    EXTENSION = "extension"
    EXTENSION_FOREIGN = "extension_foreign"
    EXTENSION_NONE = "extension_none"
    CALL_ID = "call_id"
    DIRECTION = "direction"
    AT = "at"
    DURATION = "duration"
    PAYLOAD = "payload"
    SIGNATURE = "signature"
    INCOMPLETE = "incomplete"
    ADD_ON_INACTIVE = "add_on_inactive"
    UNAVAILABLE = "unavailable"


STATUS: Mapping[str, HTTPStatus] = {
    Code.URL_TOO_LONG: HTTPStatus.REQUEST_URI_TOO_LONG,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.KEY_MISSING: HTTPStatus.UNAUTHORIZED,
    Code.KEY_UNKNOWN: HTTPStatus.UNAUTHORIZED,
    Code.KEY_REVOKED: HTTPStatus.UNAUTHORIZED,
    Code.EVENT_UNKNOWN: HTTPStatus.NOT_FOUND,
    Code.EVENT_OFF: HTTPStatus.NOT_FOUND,
    Code.EXTENSION_FOREIGN: HTTPStatus.FORBIDDEN,
    Code.EXTENSION_NONE: HTTPStatus.FORBIDDEN,
    Code.SIGNATURE: HTTPStatus.FORBIDDEN,
    Code.INCOMPLETE: HTTPStatus.FORBIDDEN,
    Code.ADD_ON_INACTIVE: HTTPStatus.FORBIDDEN,
    Code.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Fault(Exception):
    """A request that is not accepted: ``code``, and the facts its text names.

    ``parameter`` is the name of the parameter at fault, ``value`` what it held.
    """

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    @property
    def status(self) -> int:
        """The HTTP status: 400 where there is no better one."""
        return STATUS.get(self.code, HTTPStatus.BAD_REQUEST)


class ParameterError(Fault):
    """A parameter that does not have the form it must have."""

    def __init__(self, code: Code, parameter: str, value: str = "") -> None:
        super().__init__(code, parameter=parameter, value=value)
