"""A record with those that belong to it: an organisation with its people."""

from __future__ import annotations

from typing import Any

from crmplus.hooks import PhoneSource
from crmplus.phonebook.index import source_of


def with_members(
    source: PhoneSource, record: Any, user: Any
) -> list[tuple[PhoneSource, Any]]:
    """The record first, then its members that a user may see, each with its source."""
    members = source.members(user, record) if source.members else ()
    return [(source, record), *((source_of(key), one) for key, one in members)]
