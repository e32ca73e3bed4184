from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class PbxManagerConfig(AppConfig):
    name = "pbxmanager"
    verbose_name = "PBX Manager"

    def ready(self) -> None:
        from pbxmanager import afterwards, blocking, rules
        from pbxmanager.models import Call
        from pbxmanager.signals import call_changed

        call_changed.connect(afterwards.on_call_changed, dispatch_uid="afterwards")
        post_save.connect(afterwards.on_call_saved, sender=Call, dispatch_uid="bin")
        post_migrate.connect(rules.rules.forget, sender=self)
        post_migrate.connect(blocking.any_blocked.forget, sender=self)
