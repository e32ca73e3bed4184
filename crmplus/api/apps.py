from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The frame of the JSON API: tokens, pages of lists, errors, its description."""

    name = "crmplus.api"
    label = "api"
    verbose_name = "JSON API"
