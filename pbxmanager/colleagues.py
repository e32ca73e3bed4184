"""Who sits at an extension."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pbxmanager.models import Extension


def colleagues(numbers: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The names behind extensions: the owner's, else the label; one query."""
    rows = Extension.objects.filter(number__in=numbers).select_related("user")
    names = {row.number: str(row.user) if row.user else row.label for row in rows}
    return {number: [name] for number, name in names.items() if name}
