"""Celery beat and a worker, with a real Redis between them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from crmplus.conf import BASE_DIR
from tests.support import services
from tests.support.server import Server, copy_template

SEEN = """
from django.utils import timezone
from crmplus.administration.models import CronRun
from crmplus.administration.schedulers import schedulers
print(schedulers(timezone.now()).beat_is_alive)
print(list(CronRun.objects.values_list("command", "trigger", "ok")))
"""
# As beat does at 02:00.
RUN = """
from crmplus.celery import app
app.send_task("crmplus.administration.tasks.run", ["pbx_clean_up"])
"""


@pytest.mark.redis
def test_beat_is_seen_at_once_and_its_runs_are_recorded(
    migrated_sqlite: Path, tmp_path: Path, redis_url: str
) -> None:
    data = copy_template(migrated_sqlite, tmp_path / "data")
    server = Server(data, {"CELERY_BROKER_URL": redis_url})

    def said() -> str:
        return server.manage("shell", "--no-imports", "-c", SEEN)

    assert said().split() == ["False", "[]"]
    command = [sys.executable, "-m", "celery", "-A", "crmplus", "worker", "--beat"]
    command += ["--pool", "solo", "--schedule", str(tmp_path / "schedule")]
    process = services.start(
        command, tmp_path / "celery.log", env=server.environ, cwd=BASE_DIR
    )
    try:
        services.wait_until(lambda: "True" in said(), "beat gave no sign")
        server.manage("shell", "--no-imports", "-c", RUN)
        done = "('pbx_clean_up', 'beat', True)"
        services.wait_until(lambda: done in said(), "the job did not run")
    finally:
        services.stop(process, signal.SIGTERM)
