"""``manage.py pbx_clean_up``: what it prints and records, and its line for cron."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django_crontab.crontab import Crontab

from crmplus.administration import addons
from crmplus.administration.cron import (
    AddOnNotActive,
    AlreadyRunning,
    run_cron_job,
)
from crmplus.administration.models import CronRun
from pbxmanager.management.commands import pbx_clean_up
from pbxmanager.models import Call
from tests.pbxmanager.office import NOON, Office, make_office

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=7)


@pytest.fixture
def office() -> Iterator[Office]:
    office = make_office()
    office.clicked(office.anna, "201", "+4989111")
    office.clicked(office.anna, "201", "*21#")
    office.call("202")
    with time_machine.travel(LATER, tick=False):
        yield office


def run(**options: Any) -> str:
    out = StringIO()
    call_command("pbx_clean_up", stdout=out, **options)
    return out.getvalue()


def test_it_moves_and_says_how_many(office: Office) -> None:
    assert run() == "2 calls were moved to the recycle bin.\n"
    assert Call.objects.count() == 1
    assert {
        call.deleted_by_job for call in Call.all_objects.exclude(deleted_at=None)
    } == {"PBX Clean Up"}


def test_the_run_is_recorded_with_its_count(office: Office) -> None:
    run(trigger="cron")
    cron_run = CronRun.objects.get()

    assert (cron_run.command, cron_run.trigger) == ("pbx_clean_up", "cron")
    assert (cron_run.ok, cron_run.counts, cron_run.error) == (True, {"moved": 2}, "")


def test_nothing_to_do_is_a_run_too(office: Office) -> None:
    run()

    assert run() == "0 calls were moved to the recycle bin.\n"
    assert CronRun.objects.count() == 2


def test_a_dry_run_lists_and_changes_nothing(office: Office) -> None:
    out = run(dry_run=True)

    assert "+4989111" in out
    assert "*21#" in out
    assert out.endswith("2 calls would be moved to the recycle bin.\n")
    assert Call.objects.count() == 3
    assert not CronRun.objects.exists()


def test_a_dry_run_with_nothing_to_do(office: Office) -> None:
    Call.objects.all().delete()

    assert run(dry_run=True) == "0 calls would be moved to the recycle bin.\n"


def test_what_a_phone_sent_is_no_markup(office: Office) -> None:
    Call.objects.filter(party="*21#").update(number="[red]no[/red][/bold]")

    assert "[red]no[/red][/bold]" in run(dry_run=True)


def test_started_twice_it_runs_once(office: Office) -> None:
    with (
        run_cron_job("pbx_clean_up"),
        pytest.raises(AlreadyRunning) as raised,
    ):
        run()

    assert raised.value.returncode == 0
    assert Call.objects.count() == 3
    assert CronRun.objects.count() == 1


def test_an_error_is_recorded_and_goes_on_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise RuntimeError("no space left")

    monkeypatch.setattr(pbx_clean_up, "clean_up", fail)
    with pytest.raises(RuntimeError):
        run()
    cron_run = CronRun.objects.get()

    assert (cron_run.ok, cron_run.counts) == (False, {"moved": 0})
    assert cron_run.error == "RuntimeError: no space left"


def test_an_unknown_trigger_is_refused() -> None:
    with pytest.raises(CommandError):
        call_command("pbx_clean_up", "--trigger=moon")


class TestCrontab:
    """django-crontab's line, without the system's crontab."""

    @pytest.fixture
    def crontab(self) -> Crontab:
        crontab = Crontab(verbosity=0, readonly=True)
        crontab.crontab_lines = []
        crontab.add_jobs()
        return crontab

    def job(self) -> Any:
        return next(job for job in settings.CRONJOBS if job[2] == ["pbx_clean_up"])

    def test_the_line_is_well_formed(self, crontab: Crontab) -> None:
        lines = [line for line in crontab.crontab_lines if line.startswith("0 2 * * *")]

        assert len(lines) == 1
        assert " crontab run " in lines[0]
        assert lines[0].endswith("# CRM+\n")
        found = crontab.settings.CRONTAB_LINE_REGEXP.findall(lines[0])
        assert found[0][4] == "CRM+"

    def test_the_line_runs_the_command(self, office: Office, crontab: Crontab) -> None:
        crontab.run_job(crontab._Crontab__hash_job(self.job()))

        assert Call.objects.count() == 1
        assert CronRun.objects.get().trigger == "cron"


def test_cron_is_not_told_that_there_was_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """django-crontab would log an exception as a failure, every night."""
    monkeypatch.setattr(addons, "_kept", [(math.inf, frozenset())])
    call_command("pbx_clean_up", trigger="cron")
    assert capsys.readouterr().out == ""
    with pytest.raises(AddOnNotActive):
        call_command("pbx_clean_up")
    assert not CronRun.objects.exists()
