from __future__ import annotations

from django.apps import AppConfig


class SavedFiltersConfig(AppConfig):
    name = "crmplus.saved_filters"
    label = "saved_filters"
