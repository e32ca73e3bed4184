"""Long acts on records whose process is killed, as the kernel kills: SIGKILL."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmplus.conf import BASE_DIR
from tests.support.server import product_environment

COUNT = 95
FILL = f"""
from django.utils import timezone
from crmplus.accounts.models import User
from crmplus.records.models import Lead
boss = User.objects.create(username="boss", role="admin")
then = timezone.now() if {{deleted}} else None
leads = (Lead(last_name=f"L{{{{n}}}}", deleted_at=then) for n in range({COUNT}))
Lead.objects.bulk_create(leads)
"""
BIN = """
from crmplus.recyclebin import bin_jobs, bulk
from crmplus.recyclebin.services import type_of
bin_jobs.start("{kind}", [bulk.Part(type_of(boss, "leads"))], boss)
"""
MARKED = """
from crmplus.records import bulk, bulk_jobs
from crmplus.records.types import LEADS
change = bulk.begin(boss, LEADS, bulk.wanted("delete", ""))
bulk_jobs.start(change, "")
"""
# It tells of each batch in the midst of its transaction, and then takes its time.
WORK = """
import time
from crmplus.jobs.models import Job
from crmplus.jobs.running import run_job
from crmplus.jobs.services import start_again
from crmplus.records import bulk as marked
from crmplus.recyclebin import bulk
def telling(module, name):
    really = getattr(module, name)
    def told(*args):
        result = really(*args)
        print("batch", flush=True)
        time.sleep({pause})
        return result
    module.BATCH = 10
    setattr(module, name, told)
telling(marked, "_batch")
telling(bulk, "_restore")
telling(bulk, "_delete")
Job.objects.filter(state="running").update(state="failed")
job = Job.objects.get()
start_again(job)
run_job(job.pk)
"""
HISTORY = "SELECT count(*), count(DISTINCT target_id) FROM timeline_change"
IN_BIN = "SELECT count(*) FROM records_lead WHERE deleted_at IS NOT NULL"


def work(data: Path, code: str) -> subprocess.Popen[str]:
    """A process of the product that runs some code."""
    command = (sys.executable, "manage.py", "shell", "--no-imports", "-c", code)
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=product_environment(data, {}),
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(data: Path, code: str) -> None:
    process = work(data, code)
    process.communicate(timeout=120)
    assert process.returncode == 0


def killed(data: Path, batches: int) -> None:
    """Work at the job until so many batches are begun, the last within its
    transaction.
    """
    process = work(data, WORK.format(pause=0.3))
    assert process.stdout
    for _ in range(batches):
        assert process.stdout.readline() == "batch\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def read(data: Path, query: str) -> Any:
    with closing(sqlite3.connect(data / "crmplus.sqlite3")) as database:
        return database.execute(query).fetchone()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bin-restore", "bin-delete", "marked"])
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, kind: str) -> None:
    command = (sys.executable, "manage.py", "migrate", "--verbosity=0")
    env = product_environment(tmp_path, {})
    subprocess.run(command, cwd=BASE_DIR, env=env, check=True)
    begin = MARKED if kind == "marked" else BIN.format(kind=kind)
    finished(tmp_path, FILL.format(deleted=kind != "marked") + begin)
    for batches in (1, 3):
        killed(tmp_path, batches)
    left = read(tmp_path, IN_BIN)[0]
    assert left == (20 if kind == "marked" else COUNT - 20)
    finished(tmp_path, WORK.format(pause=0))
    assert read(tmp_path, IN_BIN) == (COUNT if kind == "marked" else 0,)
    state, result = read(tmp_path, "SELECT state, result FROM jobs_job")
    assert state == "done"
    if kind == "marked":
        assert read(tmp_path, "SELECT sum(count) FROM records_bulkstep") == (COUNT,)
    else:
        assert f'"counts": {{"leads": {COUNT}}}' in result
    noted = (0, 0) if kind == "bin-delete" else (COUNT, COUNT)
    assert read(tmp_path, HISTORY) == noted
