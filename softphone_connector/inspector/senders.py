"""Who stands behind the source of an event, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from softphone_connector.models import SoftphoneKey
from softphone_connector.profiles import profile

KEY, CLICK, TEST = "key", "click", "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who reported: whose it is, with which client ("" if unknown), by which key.

    ``key`` is None where no key was used, or where it is gone.
    """

    owner: str
    client: str = ""
    key: SoftphoneKey | None = None


def senders(sources: Iterable[str]) -> dict[str, Sender]:
    """The senders behind some sources; two queries, however many there are."""
    ids: dict[str, set[int]] = {KEY: set(), CLICK: set(), TEST: set()}
    asked = set(sources)
    for source in asked:
        kind, pk = split(source)
        if kind in ids and pk is not None:
            ids[kind].add(pk)
    keys = {
        key.pk: key
        for key in SoftphoneKey.objects.filter(pk__in=ids[KEY]).select_related("user")
    }
    people = get_user_model().objects.in_bulk(ids[CLICK] | ids[TEST])
    names = {pk: str(user) for pk, user in people.items()}
    return {source: _sender(source, keys, names) for source in asked}


def split(source: str) -> tuple[str, int | None]:
    """A source's kind and number: "key:5" is ("key", 5)."""
    kind, _colon, number = source.partition(":")
    return kind, int(number) if number.isdecimal() and len(number) < 19 else None


def _sender(
    source: str, keys: Mapping[int, SoftphoneKey], names: Mapping[int, str]
) -> Sender:
    kind, pk = split(source)
    key = keys.get(pk or 0)
    if key and kind == KEY:
        return of_key(key)
    name = names.get(pk or 0, "")
    if name and kind == CLICK:
        return Sender(owner=_("%(user)s, a click in the CRM") % {"user": name})
    if name and kind == TEST:
        return Sender(owner=_("%(user)s, calling oneself") % {"user": name})
    return Sender(owner=source)


def of_key(key: SoftphoneKey) -> Sender:
    """The sender that uses a key."""
    client = profile(key.profile) if key.profile else None
    return Sender(owner=key.owner, client=client.name if client else "", key=key)
