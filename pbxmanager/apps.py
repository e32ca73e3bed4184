from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PbxManagerConfig(AppConfig):
    name = "pbxmanager"
    verbose_name = "PBX Manager"

    def ready(self) -> None:
        from pbxmanager import blocking, rules

        post_migrate.connect(rules.rules.forget, sender=self)
        post_migrate.connect(blocking.any_blocked.forget, sender=self)
