"""When there was last a call with a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Max

from pbxmanager.models import Call

Reference = tuple[str, int]


def last_contacts(references: Sequence[Reference]) -> Mapping[Reference, datetime]:
    """The start (UTC) of the latest call that somebody said was with each record.

    Calls that only share the record's number tell nothing apart: all records that are
    asked about together have the same number. One query for each phone source.
    """
    by_source: dict[str, list[int]] = defaultdict(list)
    for source, object_id in references:
        by_source[source].append(object_id)
    return {
        (source, object_id): at
        for source, ids in by_source.items()
        for object_id, at in Call.objects.filter(
            chosen_source=source, chosen_id__in=ids
        )
        .values_list("chosen_id")
        .annotate(at=Max("started_at"))
    }
