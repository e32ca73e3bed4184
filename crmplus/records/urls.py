"""Addresses of records: /contacts/, /contacts/new/, /contacts/7/, …"""

from __future__ import annotations

from django.urls import path, register_converter

from crmplus.records import (
    bulk_views,
    list_views,
    merge_views,
    page_views,
    search_views,
    views,
)
from crmplus.records.types import TYPES, RecordType


class KindConverter:
    """A kind of records, by its key."""

    regex = "|".join(TYPES)

    def to_python(self, value: str) -> RecordType:
        return TYPES[value]

    def to_url(self, value: str | RecordType) -> str:
        key = value.key if isinstance(value, RecordType) else value
        if key not in TYPES:
            raise ValueError(key)
        return key


register_converter(KindConverter, "kind")


app_name = "records"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", search_views.suggest, name="suggest"),
    path("organisations/names/", views.organisation_names, name="organisation-names"),
    path("<kind:kind>/", list_views.record_list, name="list"),
    path("<kind:kind>/count/", list_views.count, name="count"),
    path("<kind:kind>/columns/", list_views.choose, name="columns"),
    path("<kind:kind>/bulk/", bulk_views.act, name="bulk"),
    path("bulk/<int:pk>/undo/", bulk_views.undo, name="bulk-undo"),
    path("<kind:kind>/new/", views.create, name="create"),
    path("<kind:kind>/<int:pk>/", views.detail, name="detail"),
    path("<kind:kind>/<int:pk>/edit/", views.edit, name="edit"),
    path("<kind:kind>/<int:pk>/delete/", views.delete, name="delete"),
    path("<kind:kind>/<int:pk>/fields/<slug:name>/", page_views.field, name="field"),
    path(
        "<kind:kind>/<int:pk>/not/<int:other>/",
        page_views.not_the_same,
        name="not-the-same",
    ),
    path("<kind:kind>/<int:pk>/merge/", merge_views.merge_with, name="merge-with"),
    path(
        "<kind:kind>/<int:pk>/merge/<int:other>/", merge_views.merge_page, name="merge"
    ),
    path("leads/<int:pk>/convert/", merge_views.convert_page, name="convert"),
    # The module bar names its pages without arguments.
    *(
        path(f"{kind.key}/", list_views.record_list, {"kind": kind}, name=kind.key)
        for kind in TYPES.values()
    ),
]
