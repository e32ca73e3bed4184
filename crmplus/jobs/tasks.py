"""What a Celery worker runs."""

from __future__ import annotations

from celery import shared_task

from crmplus.jobs.running import run_job


@shared_task
def run_queued(pk: int) -> None:
    """Run a queued job; one that somebody else has begun is left alone."""
    run_job(pk)
