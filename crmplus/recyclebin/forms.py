"""Which entries of the recycle bin a form means."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils import timezone

from crmplus import hooks
from crmplus.recyclebin.bulk import Part
from crmplus.recyclebin.services import bin_types, counted

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST_CHOSEN = 200
ALL = "*"


def parts_of(data: QueryDict, user: User) -> list[Part]:
    """What ``item=contacts:7`` names, else all of ``type=contacts``, or of ``type=*``.

    Only what was in the bin when the page was made (``until``): what is deleted while
    somebody reads it was not meant. What makes no sense names nothing.
    """
    until = _moment(data.get("until", ""))
    kinds = {kind.key: kind for kind in bin_types(user)}
    items = data.getlist("item")[:MOST_CHOSEN]
    if items:
        return _chosen(items, kinds, until)
    asked = data.get("type", "")
    if asked == ALL:
        return [Part(kind, until=until) for kind in kinds.values()]
    return [Part(kinds[asked], until=until)] if asked in kinds else []


def counts_of(parts: list[Part], user: User) -> list[tuple[hooks.BinType, str]]:
    """How many entries each part has ("12", "1,000+"), without those that have none."""
    found = [
        (part.kind, counted(part.kind, user, part.ids, part.until)) for part in parts
    ]
    return [(kind, count) for kind, count in found if count]


def _moment(text: str) -> datetime:
    now = timezone.now()
    try:
        return min(now, datetime.fromisoformat(text))
    except (TypeError, ValueError):  # no time, or one of nobody knows which zone
        return now


def _chosen(
    items: list[str], kinds: dict[str, hooks.BinType], until: datetime
) -> list[Part]:
    ids: dict[str, list[int]] = {}
    for item in items:
        key, _colon, pk = item.partition(":")
        if key in kinds and pk.isascii() and pk.isdigit() and len(pk) < 19:
            ids.setdefault(key, []).append(int(pk))
    return [Part(kinds[key], tuple(found), until) for key, found in ids.items()]
