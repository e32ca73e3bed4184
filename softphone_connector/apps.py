from __future__ import annotations

from django.apps import AppConfig


class SoftphoneConnectorConfig(AppConfig):
    name = "softphone_connector"
    verbose_name = "Softphone Connector"

    def ready(self) -> None:
        from pbxmanager.signals import call_changed
        from softphone_connector.popup import on_call_changed
        from softphone_connector.profiles import checks  # noqa: F401  (registers them)

        call_changed.connect(on_call_changed, dispatch_uid="popup")
