"""A record with those that belong to it: an organisation with its people."""

from __future__ import annotations

from typing import Any

from crmplus.hooks import PhoneSource
from crmplus.phonebook.index import source_of

Member = tuple[PhoneSource, Any]


def with_members(source: PhoneSource, record: Any, user: Any) -> list[Member]:
    """The record first, then its members that a user may see, each with its source.

    All the panels of a page ask for them with the same record, and share them.
    """
    known: dict[Any, list[Member]] = record.__dict__.setdefault("_members", {})
    whose = user and user.pk
    if whose not in known:
        members = source.members(user, record) if source.members else ()
        named = [(source_of(key), one) for key, one in members]
        known[whose] = [(source, record), *named]
    return known[whose]
