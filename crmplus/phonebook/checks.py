"""System checks of the phone sources that apps register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from crmplus import hooks
from crmplus.hooks import PhoneSource


@register()
def phone_sources(**kwargs: Any) -> list[CheckMessage]:
    """Report sources that share a key, and fields that do not exist."""
    sources = hooks.registered(PhoneSource)
    counts = Counter(source.key for source in sources)
    doubled: list[CheckMessage] = [
        Error(
            f"{count} phone sources are called {key!r}.",
            hint="Give each hooks.PhoneSource a key of its own.",
            id="phonebook.E001",
        )
        for key, count in counts.items()
        if count > 1
    ]
    return doubled + [error for source in sources for error in _fields(source)]


def _fields(source: PhoneSource) -> Iterator[CheckMessage]:
    for name in source.fields:
        try:
            source.model._meta.get_field(name)
        except FieldDoesNotExist:
            yield Error(
                f"The phone source {source.key!r} names the field {name!r}, which "
                f"{source.model.__name__} does not have.",
                hint="Correct the fields of the hooks.PhoneSource.",
                id="phonebook.E002",
            )
    for name in source.trunk_fields:
        if name not in source.fields:
            yield Error(
                f"The phone source {source.key!r} has the trunk field {name!r}, which "
                "is not one of its fields.",
                hint="Name it in fields of the hooks.PhoneSource, too.",
                id="phonebook.E003",
            )
