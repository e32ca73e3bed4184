"""What Celery beat starts."""

from __future__ import annotations

from celery import shared_task
from django.core.management import CommandError, call_command
from django.utils import timezone

from crmplus.administration.models import BeatSign, CronRun


@shared_task
def run(command: str) -> None:
    """Run a cron job's command; one that has nothing to do now ends quietly."""
    try:
        call_command(command, trigger=CronRun.Trigger.BEAT)
    except CommandError as error:
        if error.returncode:
            raise


@shared_task
def give_sign() -> None:
    """Let admins see that beat and a worker are alive."""
    BeatSign.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
