"""Who really starts a cron job."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone
from django_crontab.crontab import Crontab

from crmplus.administration import schedulers as module
from crmplus.administration import tasks
from crmplus.administration.models import BeatSign, CronRun
from crmplus.administration.schedulers import Schedulers, crontab_lines, schedulers

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def installed() -> str:
    """The line that ``crontab add`` writes."""
    crontab = Crontab(verbosity=0)
    crontab.add_jobs()
    (line,) = crontab.crontab_lines
    return line


@pytest.fixture
def answers(monkeypatch):
    """``answers(output, errors, code)``: what ``crontab -l`` says."""

    def say(output: str = "", errors: str = "", code: int = 0) -> list[list[str]]:
        calls: list[list[str]] = []

        def run(command, **options):
            calls.append(command)
            return subprocess.CompletedProcess(command, code, output, errors)

        monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(module.subprocess, "run", run)
        return calls

    return say


class TestCrontab:
    def test_has_the_job(self, answers, installed):
        calls = answers(f"MAILTO=root\n{installed}")
        assert Schedulers(crontab_lines(), None, NOW).cron_has("pbx_clean_up")
        assert calls == [["/usr/bin/crontab", "-l"]]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("0 2", "# 0 2"),
            ("manage.py", "elsewhere.py"),
            ("crontab run ", "crontab run 0"),
        ],
    )
    def test_has_another_one(self, answers, installed, old, new):
        answers(installed.replace(old, new))
        assert not Schedulers(crontab_lines(), None, NOW).cron_has("pbx_clean_up")

    def test_has_none_of_a_job_that_cron_never_has(self, installed):
        assert not Schedulers([installed], None, NOW).cron_has("tidy")

    def test_is_empty(self, answers):
        answers(errors="no crontab for crm", code=1)
        assert crontab_lines() == []

    def test_may_not_be_read(self, answers):
        answers(errors="You (crm) are not allowed to use this program", code=1)
        assert crontab_lines() is None
        assert not Schedulers(None, None, NOW).cron_has("pbx_clean_up")

    def test_is_not_there(self, monkeypatch):
        monkeypatch.setattr(module.shutil, "which", lambda name: None)
        assert crontab_lines() is None

    def test_does_not_answer(self, monkeypatch, answers):
        def run(command, **options):
            raise subprocess.TimeoutExpired(command, options["timeout"])

        answers()
        monkeypatch.setattr(module.subprocess, "run", run)
        assert crontab_lines() is None


class TestBeat:
    @pytest.mark.parametrize(
        ("minutes", "alive"), [(0, True), (14, True), (15, False), (None, False)]
    )
    def test_is_alive_for_three_signs(self, minutes, alive):
        at = None if minutes is None else NOW - timedelta(minutes=minutes)
        assert Schedulers([], at, NOW).beat_is_alive is alive

    def test_gives_a_sign(self, db, answers, django_assert_num_queries):
        answers()
        assert schedulers(timezone.now()).beat_at is None
        tasks.give_sign()
        tasks.give_sign()
        assert BeatSign.objects.count() == 1
        with django_assert_num_queries(1):
            assert schedulers(timezone.now()).beat_is_alive
        assert str(timezone.now().year) in str(BeatSign.objects.get())

    def test_runs_a_command(self, db):
        tasks.run("pbx_clean_up")
        assert CronRun.objects.get().trigger == "beat"

    def test_leaves_a_job_alone_that_rests_or_runs_already(self, monkeypatch):
        error = CommandError("already running", returncode=0)
        monkeypatch.setattr(tasks, "call_command", _raising(error))
        tasks.run("pbx_clean_up")

    def test_fails_with_its_command(self, monkeypatch):
        monkeypatch.setattr(tasks, "call_command", _raising(CommandError("broken")))
        with pytest.raises(CommandError, match="broken"):
            tasks.run("pbx_clean_up")


def _raising(error):
    def call(*args, **options):
        raise error

    return call


def test_the_line_is_one_that_runs() -> None:
    job = module._run_of("pbx_clean_up").split()
    assert job[:2] == ["crontab", "run"]
    assert Crontab(verbosity=0)._Crontab__get_job_by_hash(job[2])[2] == ["pbx_clean_up"]
