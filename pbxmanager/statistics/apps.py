from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_save


class StatisticsConfig(AppConfig):
    name = "pbxmanager.statistics"
    label = "call_statistics"
    verbose_name = "Statistics"

    def ready(self) -> None:
        from pbxmanager.models import Call
        from pbxmanager.statistics.noticing import note_saved

        # Not post_delete: it would let the way of an event read what it deletes.
        post_save.connect(note_saved, sender=Call, dispatch_uid="statistics")
