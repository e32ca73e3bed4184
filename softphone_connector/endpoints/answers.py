"""What a phone or a browser gets back."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.urls import get_script_prefix
from django.utils import translation

from crmplus.accounts.models import Role, User
from softphone_connector.endpoints.faults import Code, Fault
from softphone_connector.endpoints.remedies import remedy
from softphone_connector.endpoints.requests import EventRequest

logger = logging.getLogger(__name__)

ERROR_LIMIT = 1024
RETRY_AFTER = 5
Headers = tuple[tuple[str, str], ...]
# Neither the key in the address nor anything of the answer stays anywhere.
COMMON: Headers = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
# RFC 9110, section 11.6.1. A browser would ask its user for a password if it were
# offered Basic, so that it is not.
BEARER = 'Bearer realm="softphone"'
BASIC = f'Basic realm="softphone", charset="UTF-8", {BEARER}'


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer; the same from both doors."""

    status: int
    headers: Headers = COMMON
    body: bytes = b""


def popup_path(call_uid: uuid.UUID) -> str:
    """Where the popup page of a call is; it has neither key nor number in it."""
    return f"{get_script_prefix()}popup/{call_uid}/"


def nothing(reply: int = HTTPStatus.NO_CONTENT) -> Answer:
    """An empty answer: all is well, or there was nothing to do."""
    return Answer(reply)


def to_popup(call_uid: uuid.UUID) -> Answer:
    """Send a browser on to the popup page of its call."""
    location = ("Location", popup_path(call_uid))
    return Answer(HTTPStatus.SEE_OTHER, (*COMMON, location))


def administrator() -> User | None:
    """The admin whose language errors are in, and whom they say to ask."""
    is_admin = Q(role=Role.ADMIN) | Q(is_superuser=True)
    try:
        return User.objects.filter(is_admin, is_active=True).order_by("pk").first()
    except DatabaseError:
        logger.exception("No administrator could be looked up.")
        return None


def _language(admin: User | None) -> str:
    known = dict(settings.LANGUAGES)
    stated = admin.language if admin else ""
    return stated if stated in known else settings.LANGUAGE_CODE


def _problem(fault: Fault, text: str) -> bytes:
    """Problem details (RFC 9457)."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(fault.status).phrase,
        "status": int(fault.status),
        "detail": text,
        "code": fault.code,
    }
    if "parameter" in fault.facts:
        problem["parameter"] = fault.facts["parameter"]
    return json.dumps(problem, ensure_ascii=False).encode()


def _extra(fault: Fault, request: EventRequest) -> Headers:
    if fault.status == HTTPStatus.UNAUTHORIZED:
        schemes = BEARER if request.is_navigation else BASIC
        return (("WWW-Authenticate", schemes),)
    if fault.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return (("Allow", fault.facts["allowed"]),)
    if fault.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return (("Retry-After", str(RETRY_AFTER)),)
    return ()


def refused(fault: Fault, request: EventRequest) -> Answer:
    """Say what is wrong and what to do, in the language of the administrator."""
    admin = None if fault.code == Code.UNAVAILABLE else administrator()
    language = _language(admin)
    facts: Mapping[str, str] = {"admin": str(admin or ""), **fault.facts}
    with translation.override(language):
        text = remedy(fault.code, facts)
    body = text.encode("utf-8", "replace")[: ERROR_LIMIT - 1] + b"\n"
    media_type = "text/plain; charset=utf-8"
    if request.wants_problem:
        body, media_type = _problem(fault, text), "application/problem+json"
    headers = (
        *COMMON,
        ("Content-Type", media_type),
        ("Content-Language", language),
        *_extra(fault, request),
    )
    return Answer(fault.status, headers, body)
