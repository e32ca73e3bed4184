"""Addresses of imports and exports."""

from __future__ import annotations

from django.urls import path

from crmplus.exchange import export_views, import_views
from crmplus.records import urls  # noqa: F401  (it registers the converter of kinds)

app_name = "exchange"
urlpatterns = [
    path("<kind:kind>/export/", export_views.export, name="export"),
    path("<kind:kind>/example/", export_views.example, name="example"),
    path("<kind:kind>/import/", import_views.upload, name="upload"),
    path("imports/<uuid:uid>/columns/", import_views.mapping, name="mapping"),
    path("imports/<uuid:uid>/preview/", import_views.preview_page, name="preview"),
    path("imports/<uuid:uid>/faulty/", import_views.faulty, name="faulty"),
]
