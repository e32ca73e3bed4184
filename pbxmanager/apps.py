from __future__ import annotations

from django.apps import AppConfig


class PbxManagerConfig(AppConfig):
    name = "pbxmanager"
    verbose_name = "PBX Manager"
