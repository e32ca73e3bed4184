from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class PhonebookConfig(AppConfig):
    """Which record has which number."""

    name = "crmplus.phonebook"
    label = "phonebook"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        from crmplus import hooks
        from crmplus.phonebook import (
            checks,  # noqa: F401  (registers the checks)
            index,
            plan,
            slots,
        )
        from crmplus.phonebook.models import NumberSettings

        for source in hooks.registered(hooks.PhoneSource):
            index.connect(source)
        post_save.connect(plan.forget_plan, sender=NumberSettings)
        post_migrate.connect(plan.forget_plan, sender=self)
        post_migrate.connect(slots.create_all, sender=self)
