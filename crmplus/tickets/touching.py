"""A form that two people have open at once: each changes just what they touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

from crmplus.tickets.models import Activity, Ticket
from crmplus.two_at_once import was_of

TICKET_FIELDS = ("subject", "description", "priority", "owner", "due_at", "target")
ACTIVITY_FIELDS = (
    "kind",
    "subject",
    "number",
    "note",
    "owner",
    "due_at",
    "target",
    "ticket",
)


def shown(what: Ticket | Activity) -> str:
    """What it is now, for the form's hidden ``was``."""
    names = TICKET_FIELDS if isinstance(what, Ticket) else ACTIVITY_FIELDS
    return json.dumps({name: _text(getattr(what, name)) for name in names})


def touched(values: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Those values of a form that are not what it showed, by the ``data`` it sent.

    A record that is gone, or not for this user, can't be chosen: it stays as it is.
    """
    was = was_of(data)
    return {
        name: value
        for name, value in values.items()
        if was.get(name) != _text(value) and (name != "target" or name in data)
    }


def _text(value: Any) -> str:
    """A value as it comes back from a form: times by the minute, lines as browsers
    end them.
    """
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, tuple):
        return "{}:{}".format(*value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
