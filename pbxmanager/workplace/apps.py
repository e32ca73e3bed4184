from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_migrate, post_save


class WorkplaceConfig(AppConfig):
    name = "pbxmanager.workplace"
    label = "workplace"
    verbose_name = "Workplace"

    def ready(self) -> None:
        from pbxmanager.signals import call_changed
        from pbxmanager.workplace import calls, routing, shifts

        # Before the popup asks who gets a card: apps are made ready in their order.
        call_changed.connect(calls.on_call_changed, dispatch_uid="workplace")
        user_logged_in.connect(shifts.on_signed_in, dispatch_uid="workplace")
        user_logged_out.connect(shifts.on_signed_out, dispatch_uid="workplace")
        post_migrate.connect(routing.forget, sender=self)
        for name in ("Group", "GroupNumber", "Deputy", "CallShare"):
            for signal in (post_save, post_delete):
                signal.connect(routing.forget, sender=self.get_model(name))
