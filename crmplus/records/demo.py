"""The demo's people and companies."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from crmplus import demo
from crmplus.phonebook.index import index_records
from crmplus.records.models import Organisation, Record
from crmplus.records.types import TYPES, RecordType
from crmplus.timeline.models import Comment

# Contacts name their organisation, so organisations come first.
KEYS = ("organisations", "contacts", "leads", "partners", "suppliers")


def load() -> int:
    """Make the records that are not there yet; each is known by its e-mail address."""
    users = dict(get_user_model().objects.values_list("username", "pk"))
    return sum(_load(TYPES[key], users) for key in KEYS)


def _load(kind: RecordType, users: dict[str, int]) -> int:
    known = set(kind.model.all_objects.values_list("email", flat=True))
    new = [row for row in demo.rows(kind.key) if row["email"] not in known]
    organisations = dict(Organisation.objects.values_list("name", "pk"))
    comments = [(row.pop("comment", ""), row["owner"]) for row in new]
    made = kind.model.all_objects.bulk_create(
        [_record(kind, row, users, organisations) for row in new]
    )
    index_records(kind.key, made)
    Comment.objects.bulk_create(
        Comment(
            target_kind=kind.key,
            target_id=record.pk,
            author_id=users.get(author),
            text=text,
        )
        for record, (text, author) in zip(made, comments, strict=True)
        if text
    )
    return len(made)


def _record(
    kind: RecordType,
    row: dict[str, Any],
    users: dict[str, int],
    organisations: dict[str, int],
) -> Record:
    owner = users.get(row.pop("owner"))
    organisation = row.pop("organisation", None)
    if organisation:
        row["organisation_id"] = organisations.get(organisation)
    return kind.model(owner_id=owner, **row)
