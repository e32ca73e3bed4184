"""Addresses of records: /contacts/, /contacts/new/, /contacts/7/, …"""

from __future__ import annotations

from django.urls import path, register_converter

from crmplus.records import views
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
    path("organisations/names/", views.organisation_names, name="organisation-names"),
    path("<kind:kind>/", views.record_list, name="list"),
    path("<kind:kind>/new/", views.create, name="create"),
    path("<kind:kind>/<int:pk>/", views.detail, name="detail"),
    path("<kind:kind>/<int:pk>/edit/", views.edit, name="edit"),
    path("<kind:kind>/<int:pk>/delete/", views.delete, name="delete"),
    # The module bar names its pages without arguments.
    *(
        path(f"{kind.key}/", views.record_list, {"kind": kind}, name=kind.key)
        for kind in TYPES.values()
    ),
]
