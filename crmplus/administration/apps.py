from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _

from crmplus import hooks


class AdministrationConfig(AppConfig):
    """Global settings: add-ons, cron jobs, the audit log of settings."""

    name = "crmplus.administration"
    label = "administration"
    verbose_name = _("Global settings")

    def ready(self) -> None:
        from crmplus.administration import addons
        from crmplus.administration.models import Activation

        hooks.guard(addons.app_is_active)
        for signal in (post_save, post_delete):
            signal.connect(addons.forget, sender=Activation, dispatch_uid="add-ons")
