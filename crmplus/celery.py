"""Celery: runs in process where no broker is configured."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmplus.settings")
app = Celery("crmplus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
