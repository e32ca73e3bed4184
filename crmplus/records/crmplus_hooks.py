"""What records bring: phone sources, the module bar, the recycle bin."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.accounts.visibility import visible_records
from crmplus.records import (
    api,
    bulk_jobs,
    demo,
    demo_filters,
    demo_history,
    history,
    restoring,
)
from crmplus.records.models import Organisation, Record, phone_labels
from crmplus.records.search import first_records
from crmplus.records.types import CONTACTS, ORGANISATIONS, TYPES, RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User


MOST_PEOPLE = 100


def _search(kind: RecordType, user: User, text: str, limit: int) -> list[Record]:
    return first_records(kind, text, user, limit)


def _people(user: User, record: Record) -> list[tuple[str, Record]]:
    """An organisation's first people; asked for once while its page is made."""
    if not isinstance(record, Organisation):
        return []
    known: dict[int, list[tuple[str, Record]]] = record.__dict__.setdefault(
        "_people", {}
    )
    if user.pk not in known:
        rows = visible_records(user, record.contacts.order_by("name_key", "pk"))
        known[user.pk] = [(CONTACTS.key, one) for one in rows[:MOST_PEOPLE]]
    return known[user.pk]


def _register(kind: RecordType) -> None:
    hooks.register(
        hooks.PhoneSource(
            order=kind.order,
            key=kind.key,
            model=kind.model,
            fields=phone_labels(kind.model),
            label=kind.label,
            label_plural=kind.label_plural,
            icon=kind.icon,
            title=attrgetter("title"),
            url=lambda record: record.get_absolute_url(),
            region=attrgetter("country"),
            region_field="country",
            organisation=attrgetter("organisation_name"),
            trunk_fields=kind.trunk_fields,
            select_related=kind.related,
            # Resolved when it is first used: addresses are not there yet.
            create_url=cast("str", reverse_lazy("records:create", args=[kind.key])),
            create_label=kind.new,
            visible=visible_records,
            search=partial(_search, kind),
            members=_people if kind is ORGANISATIONS else None,
            noted=history.note_fields,
        )
    )
    hooks.register(
        hooks.MenuEntry(
            order=kind.place,
            key=kind.key,
            label=kind.label_plural,
            icon=kind.icon,
            url_name=f"records:{kind.key}",
            help=kind.about,
            keys=f"g {kind.key[0]}",
        )
    )
    hooks.register(
        hooks.BinType(
            order=kind.place,
            key=kind.key,
            model=kind.model,
            label=kind.label,
            icon=kind.icon,
            title=attrgetter("title"),
            visible=visible_records,
            search=restoring.search,
            notes=restoring.notes,
            restore=restoring.restore,
            restore_many=restoring.restore_many,
            forget=partial(restoring.forget, kind),
        )
    )


for _kind in TYPES.values():
    _register(_kind)
hooks.register(
    hooks.TimelineSource(
        order=30, key="change", label=_("Changes"), entries=history.entries
    )
)
hooks.register(
    hooks.DemoData(order=20, key="records", label=_("Records"), load=demo.load)
)
hooks.register(
    hooks.DemoData(order=25, key="history", label=_("History"), load=demo_history.load)
)
hooks.register(
    hooks.DemoData(
        order=30, key="filters", label=_("Saved filters"), load=demo_filters.load
    )
)
bulk_jobs.register()
hooks.register(hooks.ApiRoutes(order=30, key="records", urls=api.urlpatterns))
