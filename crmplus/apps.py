from __future__ import annotations

from django.apps import AppConfig

from crmplus import hooks


class CrmPlusConfig(AppConfig):
    """The frame: base templates, static files, translations, system checks."""

    name = "crmplus"
    verbose_name = "CRM+"

    def ready(self) -> None:
        from crmplus import checks  # noqa: F401  (registers the system checks)

        hooks.discover()
