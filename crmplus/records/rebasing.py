"""A form that two people have open at once: each changes just what they touched.

The form says what its fields were when it was shown. What its person left alone stays
what it is by now; what both changed is asked about once more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crmplus.records.facts import field_key, field_names
from crmplus.records.history import shown_value, values_of
from crmplus.records.models import Record
from crmplus.records.single import raw
from crmplus.records.types import RecordType
from crmplus.two_at_once import was_of

if TYPE_CHECKING:
    from django.http import QueryDict


def shown(kind: RecordType, record: Record) -> str:
    """What the fields of a record are now, for the form's hidden ``was``."""
    return json.dumps({name: raw(record, name) for name in sorted(field_names(kind))})


def rebased(
    kind: RecordType, record: Record, data: QueryDict
) -> tuple[QueryDict, dict[str, str]]:
    """What was sent, as if the form had been shown just now; and of each field that
    both changed a sentence with what it is.

    Without ``was`` everything counts as it was sent.
    """
    fresh, theirs = data.copy(), {}
    for name, before in was_of(data).items():
        if name not in field_names(kind):
            continue
        now, sent = raw(record, name), data.get(name, "")
        if sent == before:
            fresh[name] = now
        elif now not in (before, sent):
            theirs[name] = _told(record, name)
    return fresh, theirs


def _told(record: Record, name: str) -> str:
    key = field_key(name)
    value = shown_value(key, values_of(record)[key]) or "–"
    return f"{_('Somebody changed this meanwhile. It is now:')} {value}"
