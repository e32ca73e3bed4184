from __future__ import annotations

from django.apps import AppConfig


class RecycleBinConfig(AppConfig):
    name = "crmplus.recyclebin"
    label = "recyclebin"
