"""What records bring: phone sources, the module bar, the recycle bin."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.records import api, demo
from crmplus.records.models import Record, phone_labels
from crmplus.records.search import first_records
from crmplus.records.types import TYPES, RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def _search(kind: RecordType, user: User, text: str, limit: int) -> list[Record]:
    # All users see all records.
    return first_records(kind, text, limit)


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
            search=partial(_search, kind),
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
        )
    )


for _kind in TYPES.values():
    _register(_kind)
hooks.register(
    hooks.DemoData(order=20, key="records", label=_("Records"), load=demo.load)
)
hooks.register(hooks.ApiRoutes(order=30, key="records", urls=api.urlpatterns))
