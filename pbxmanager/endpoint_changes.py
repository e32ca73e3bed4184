"""Changing endpoint sets: each change is one transaction and stands in the audit log.

A set's settings as plain values have names such as ``ringing.slug``; the second
endpoint of an event is ``ringing-2``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from crmplus.administration.audit import Subject, note_change
from pbxmanager.endpoint_settings import (
    Endpoint,
    EndpointSet,
    free_name,
    make_default,
)
from pbxmanager.settings_state import AREA

if TYPE_CHECKING:
    from crmplus.accounts.models import User

ENDPOINT_SET, DEFAULT = "endpoint_set", "default_endpoint_set"
OF_SET = ("name", "common_slug", "event_parameter", "reply", "recording_hosts")
OF_ENDPOINT = ("slug", "method", "enabled", "parameters", "fixed")


class SetInUseError(Exception):
    """A set that can't be deleted; ``users`` are the keys that have it, in words."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__(", ".join(users))
        self.users = users


def subject_of(endpoint_set: EndpointSet) -> Subject:
    """A set as the audit log names it."""
    return Subject(AREA, ENDPOINT_SET, endpoint_set.name)


def values_of(
    endpoint_set: EndpointSet, endpoints: Iterable[Endpoint]
) -> dict[str, Any]:
    """A set and its endpoints as plain values."""
    values = {name: getattr(endpoint_set, name) for name in OF_SET}
    for role, name in sorted(endpoint_set.parameters.items()):
        values[f"parameter.{role}"] = name
    counts: Counter[str] = Counter()
    for one in endpoints:
        counts[one.kind] += 1
        number = counts[one.kind]
        key = one.kind if number == 1 else f"{one.kind}-{number}"
        values |= {f"{key}.{name}": getattr(one, name) for name in OF_ENDPOINT}
    return values


def save_set(
    actor: User | None,
    before: dict[str, Any],
    endpoint_set: EndpointSet,
    endpoints: Sequence[Endpoint],
) -> EndpointSet:
    """Store a set with exactly these endpoints; ``before`` are its values till now."""
    with transaction.atomic():
        endpoint_set.save()
        # Made anew, as two of them may have exchanged their last segments.
        endpoint_set.endpoints.all().delete()
        for one in endpoints:
            one.pk, one.endpoint_set = None, endpoint_set
        Endpoint.objects.bulk_create(endpoints)
        after = values_of(endpoint_set, endpoints)
        note_change(actor, subject_of(endpoint_set), before, after)
    return endpoint_set


def copy_set(actor: User | None, original: EndpointSet) -> EndpointSet:
    """A new set with the settings of another one."""
    copy = EndpointSet(
        name=free_name(_("Copy of %(name)s") % {"name": original.name}),
        common_slug=original.common_slug,
        event_parameter=original.event_parameter,
        parameters=original.parameters,
        recording_hosts=original.recording_hosts,
        reply=original.reply,
    )
    return save_set(actor, {}, copy, list(original.endpoints.all()))


def delete_set(actor: User | None, endpoint_set: EndpointSet) -> None:
    """Delete a set. Raises SetInUseError where keys have it; ValueError for the
    default.
    """
    if endpoint_set.is_default:
        raise ValueError(endpoint_set.name)
    before = values_of(endpoint_set, endpoint_set.endpoints.all())
    subject = subject_of(endpoint_set)
    try:
        with transaction.atomic():
            endpoint_set.delete()
            note_change(actor, subject, before, {})
    except ProtectedError as error:
        users = sorted(str(one) for one in error.protected_objects)
        raise SetInUseError(users) from error


def choose_default(actor: User | None, chosen: EndpointSet) -> None:
    """Let keys without a set of their own take this one from now on."""
    former = EndpointSet.objects.filter(is_default=True).first()
    with transaction.atomic():
        make_default(chosen)
        note_change(
            actor,
            Subject(AREA, DEFAULT),
            {"set": former.name if former else ""},
            {"set": chosen.name},
        )
