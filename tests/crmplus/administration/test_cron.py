"""Cron jobs: recorded, one at a time, and shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crmplus import hooks
from crmplus.administration import cron
from crmplus.administration.cron import AlreadyRunning, next_run, run_cron_job
from crmplus.administration.jobs import jobs
from crmplus.administration.models import CronRun
from tests.crmplus.accounts.conftest import (  # noqa: F401  (fixtures)
    admin,
    anna,
    client_of,
    karin,
)

BERLIN = ZoneInfo("Europe/Berlin")
JOB = hooks.CronJob(
    command="tidy", label="Tidy up", schedule="0 2 * * *", help="Tidies"
)


@pytest.fixture
def tidy(monkeypatch):
    """The only job there is."""
    others = [hook for hook in hooks._hooks if type(hook) is not hooks.CronJob]
    monkeypatch.setattr(hooks, "_hooks", [*others, JOB])


class TestRun:
    def test_is_recorded_with_its_counts(self, db, time_machine):
        time_machine.move_to("2026-03-02 01:00Z", tick=False)
        with run_cron_job("tidy", CronRun.Trigger.CRON) as counts:
            assert CronRun.objects.get().ok is None
            assert CronRun.objects.get().seconds is None
            counts["moved"] = 3
            time_machine.shift(2)
        run = CronRun.objects.get()
        assert (run.command, run.trigger, run.counts) == ("tidy", "cron", {"moved": 3})
        assert (run.ok, run.error, run.seconds) == (True, "", 2)
        assert str(run) == "tidy 2026-03-02 01:00"

    def test_is_recorded_with_its_error_which_goes_on_up(self, db):
        def job() -> None:
            with run_cron_job("tidy") as counts:
                counts["moved"] = 1
                raise RuntimeError("disk full")

        with pytest.raises(RuntimeError):
            job()
        run = CronRun.objects.get()
        assert (run.ok, run.error) == (False, "RuntimeError: disk full")
        assert run.counts == {"moved": 1}

    def test_that_is_stopped_did_not_end_well(self, db):
        with pytest.raises(KeyboardInterrupt), run_cron_job("tidy"):
            raise KeyboardInterrupt
        assert CronRun.objects.get().error == "The job was stopped before its end."

    def test_lets_no_second_one_begin(self, db):
        with run_cron_job("tidy"):
            with pytest.raises(AlreadyRunning, match="already running") as second:
                run_cron_job("tidy").__enter__()
            with run_cron_job("other"):
                pass
        assert isinstance(second.value, CommandError)
        assert second.value.returncode == 0
        assert CronRun.objects.filter(command="tidy").count() == 1

    def test_makes_way_for_the_next_even_when_it_fails(self, db):
        with pytest.raises(RuntimeError), run_cron_job("tidy"):
            raise RuntimeError
        with run_cron_job("tidy"):
            pass
        assert CronRun.objects.filter(ok=True).count() == 1

    def test_closes_one_whose_server_died(self, db):
        CronRun.objects.create(command="tidy", trigger="cron")
        with run_cron_job("tidy"):
            pass
        dead, alive = CronRun.objects.order_by("id")
        assert (dead.ok, dead.error) == (False, "The job was interrupted.")
        assert alive.ok

    def test_forgets_the_oldest_of_many(self, db, monkeypatch):
        monkeypatch.setattr(cron, "KEPT", 2)
        CronRun.objects.create(command="other", trigger="cron")
        for number in range(4):
            with run_cron_job("tidy") as counts:
                counts["number"] = number
        kept = CronRun.objects.filter(command="tidy").order_by("id")
        assert [run.counts["number"] for run in kept] == [2, 3]
        assert CronRun.objects.filter(command="other").exists()


class TestNextRun:
    @pytest.mark.parametrize(
        ("now", "due"),
        [
            ("2026-03-02T00:30Z", "2026-03-02T01:00Z"),
            ("2026-03-02T01:00Z", "2026-03-03T01:00Z"),
            ("2026-07-02T12:00Z", "2026-07-03T00:00Z"),
            # The clocks go from 2 to 3: it is due at 3.
            ("2026-03-28T12:00Z", "2026-03-29T01:00Z"),
            # The hour from 2 to 3 comes twice: due the first time, and only then.
            ("2026-10-24T12:00Z", "2026-10-25T00:00Z"),
            ("2026-10-25T00:00Z", "2026-10-26T01:00Z"),
        ],
    )
    def test_is_by_the_clock_on_the_wall(self, now, due):
        due_at = next_run("0 2 * * *", datetime.fromisoformat(now), BERLIN)
        assert due_at == datetime.fromisoformat(due)

    def test_knows_days_and_steps(self):
        now = datetime(2026, 3, 2, 12, 7, tzinfo=UTC)
        assert next_run("*/15 * * * *", now, BERLIN).minute == 15
        sunday = next_run("30 4 * * 0", now, BERLIN).astimezone(BERLIN)
        assert sunday.strftime("%a %H:%M") == "Sun 04:30"

    @given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
    def test_lies_ahead_by_a_day_at_most(self, naive):
        now = naive.replace(tzinfo=UTC)
        wait = next_run("0 2 * * *", now, BERLIN) - now
        assert 0 < wait.total_seconds() <= 25 * 3600


class TestPage:
    URL = reverse("administration:cron-jobs")

    def test_shows_jobs_and_their_last_runs(self, tidy, admin):  # noqa: F811
        with run_cron_job("tidy") as counts:
            counts["moved"] = 12
        with pytest.raises(RuntimeError), run_cron_job("tidy"):
            raise RuntimeError("<b>disk full")
        CronRun.objects.create(command="tidy", trigger="beat")
        page = client_of(admin).get(self.URL).text
        for text in ("Tidy up", "Tidies", "0 2 * * *", "Europe/Berlin", "running"):
            assert text in page
        assert re.search(r"moved\s*<b>12</b>", page)
        assert "failed: RuntimeError: &lt;b&gt;disk full" in page

    def test_says_so_when_a_job_never_ran(self, tidy, admin):  # noqa: F811
        assert "It has not run yet" in client_of(admin).get(self.URL).text

    def test_says_so_when_there_is_none(self, monkeypatch, admin):  # noqa: F811
        others = [hook for hook in hooks._hooks if type(hook) is not hooks.CronJob]
        monkeypatch.setattr(hooks, "_hooks", others)
        assert "Nothing runs by itself" in client_of(admin).get(self.URL).text

    def test_is_for_administrators(self, karin, client):  # noqa: F811
        assert client_of(karin).get(self.URL).status_code == 403
        assert client.get(self.URL).status_code == 302

    def test_takes_one_query_per_job(self, tidy, db, django_assert_num_queries):
        now = datetime(2026, 3, 2, tzinfo=UTC)
        for _ in range(15):
            CronRun.objects.create(command="tidy", trigger="cron", ended_at=now)
        with django_assert_num_queries(1):
            (job,) = jobs(now, BERLIN)
        assert len(job.runs) == 10


class TestSettingsPage:
    URL = reverse("administration:settings")

    def test_lists_what_the_role_may_open(self, admin):  # noqa: F811
        page = client_of(admin).get(self.URL).text
        assert reverse("accounts:users") in page
        assert f'href="{self.URL}"' in client_of(admin).get("/").text

    def test_is_not_for_who_may_open_nothing(self, anna):  # noqa: F811
        assert client_of(anna).get(self.URL).status_code == 403
        assert f'href="{self.URL}"' not in client_of(anna).get("/").text

    def test_asks_to_sign_in_first(self, client, db):
        assert client.get(self.URL).url == f"/sign-in/?next={self.URL}"
