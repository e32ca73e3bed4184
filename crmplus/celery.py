"""Celery: runs in process where no broker is configured."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmplus.settings")
app = Celery("crmplus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def give_sign_at_once(**signal: object) -> None:
    """Let admins see at once that beat has started, not only after five minutes."""
    app.send_task("crmplus.administration.tasks.give_sign")
