"""Addresses of the forms, filled in with what is known already."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from crmplus.tickets.models import Kind, Reference


def create_url(
    *,
    target: Reference | None = None,
    call_uid: UUID | str = "",
    phone: str = "",
    subject: str = "",
    for_anybody: bool = False,
) -> str:
    """The form of a new ticket. ``call_uid`` is what stands in a call's address.

    Its owner is who opens it, or with ``for_anybody`` nobody: whoever takes it.
    """
    query = _query(target, call_uid, phone) | {"subject": subject}
    url = _url("tickets:create", query)
    if not for_anybody:
        return url
    return f"{url}{'&' if '?' in url else '?'}owner="


def activity_url(
    *,
    kind: Kind = Kind.TASK,
    target: Reference | None = None,
    call_uid: UUID | str = "",
    phone: str = "",
) -> str:
    """The form of a new activity."""
    query = {"kind": kind.value} | _query(target, call_uid, phone)
    return _url("tickets:create-activity", query)


def call_back_url(
    *, target: Reference | None = None, call_uid: UUID | str = "", phone: str = ""
) -> str:
    """The form of a new call-back."""
    return activity_url(
        kind=Kind.CALL_BACK, target=target, call_uid=call_uid, phone=phone
    )


def _query(
    target: Reference | None, call_uid: UUID | str, phone: str
) -> dict[str, str]:
    return {
        "target": f"{target[0]}:{target[1]}" if target else "",
        "call": str(call_uid),
        "phone": phone,
    }


def _url(name: str, query: dict[str, str]) -> str:
    given = {key: value for key, value in query.items() if value}
    return f"{reverse(name)}?{urlencode(given)}" if given else reverse(name)
