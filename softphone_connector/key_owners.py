"""Who stands behind a softphone key, for those who see only the source "key:5"."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from pbxmanager.sources import Reporter
from softphone_connector.models import SoftphoneKey
from softphone_connector.profiles import profile

PREFIX = "key"


def reporters(sources: Collection[str]) -> dict[str, Reporter]:
    """The owners of some keys by their source; those that are gone are left out."""
    ids = [text.removeprefix(f"{PREFIX}:") for text in sources]
    return _owners(
        SoftphoneKey.objects.filter(pk__in=[int(one) for one in ids if one.isdecimal()])
    )


def using(set_id: int | None) -> dict[str, Reporter]:
    """The owners of the keys in use that have an endpoint set; None: the default."""
    keys = SoftphoneKey.objects.filter(revoked_at=None)
    if set_id is None:
        return _owners(keys.filter(endpoint_set=None))
    return _owners(keys.filter(endpoint_set=set_id))


def _owners(keys: QuerySet[SoftphoneKey]) -> dict[str, Reporter]:
    return {
        key.source: Reporter(key.owner, _client(key.profile))
        for key in keys.select_related("user")
    }


def _client(slug: str) -> str:
    found = profile(slug) if slug else None
    return found.name if found else ""
