"""The pages of the cron jobs, and running one by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management.base import BaseCommand
from django.urls import reverse

from crmplus import hooks
from crmplus.administration import addons, cron, cron_views, licensing
from crmplus.administration.cron import run_by_hand, run_cron_job
from crmplus.administration.jobs import job_of
from crmplus.administration.models import CronRun, SettingsChange
from crmplus.administration.schedulers import Schedulers
from tests.crmplus.accounts.conftest import client_of

BERLIN = ZoneInfo("Europe/Berlin")
PREVIEW = hooks.CronPreview(
    figures={"Old": 3, "Lost": 40},
    columns=("Name",),
    rows=[(f"<i>Entry {number}",) for number in range(20)],
)
TIDY = hooks.CronJob(
    command="tidy",
    label="Tidy up",
    schedule="0 2 * * *",
    help="Tidies.",
    counts={"moved": "Moved to the attic"},
    preview=lambda limit: PREVIEW,
)
JOB, LOOK, RUN = (
    reverse(f"administration:{name}", args=["tidy"])
    for name in ("cron-job", "cron-preview", "cron-run")
)
LIST = reverse("administration:cron-jobs")


class Tidy(BaseCommand):
    """The job's command; ``does`` is what happens in it."""

    def __init__(self, does) -> None:
        super().__init__()
        self.does = does

    def add_arguments(self, parser) -> None:
        parser.add_argument("--trigger")

    def handle(self, *args, **options) -> None:
        with run_cron_job("tidy", options["trigger"]) as counts:
            self.does(counts)
        self.stdout.write("Tidied.")


@pytest.fixture
def job(monkeypatch):
    """``job(hook, does)`` is the only job there is."""

    def install(hook=TIDY, does=lambda counts: counts.update(moved=2)):
        others = [one for one in hooks._hooks if type(one) is not hooks.CronJob]
        monkeypatch.setattr(hooks, "_hooks", [*others, hook])
        command = Tidy(does)
        real = cron.call_command
        monkeypatch.setattr(
            cron,
            "call_command",
            lambda name, **options: real(
                command if name == "tidy" else name, **options
            ),
        )

    install()
    return install


@pytest.fixture(autouse=True)
def seen(monkeypatch):
    """``seen(crontab, beat_at)``: what is seen of cron and beat."""

    def see(crontab=None, beat_at=None):
        monkeypatch.setattr(
            cron_views, "schedulers", lambda now: Schedulers(crontab, beat_at, now)
        )

    see()
    return see


class TestRunByHand:
    def test_is_recorded_with_its_user(self, job, admins, admin):
        page = admins.post(RUN, follow=True)
        assert page.redirect_chain == [(JOB, 302)]
        assert "Tidy up is done. Moved to the attic 2" in page.text
        assert f"By hand: {admin}" in page.text
        run = CronRun.objects.get()
        assert (run.trigger, run.started_by, run.counts) == (
            "hand",
            admin,
            {"moved": 2},
        )

    def test_that_fails_says_so(self, job, admins):
        def fail(counts):
            raise RuntimeError("<b>disk full")

        job(does=fail)
        page = admins.post(RUN, follow=True).text
        assert "Tidy up failed: RuntimeError: &lt;b&gt;disk full" in page
        assert not CronRun.objects.get().ok

    def test_while_it_runs_already(self, job, admins):
        with run_cron_job("tidy"):
            page = admins.post(RUN, follow=True).text
        assert "tidy is already running." in page
        assert CronRun.objects.count() == 1

    def test_leaves_the_next_run_to_its_own_starter(self, job, admin):
        run_by_hand("tidy", admin)
        with run_cron_job("tidy", "cron"):
            pass
        assert CronRun.objects.latest("id").started_by is None


class TestPreview:
    def test_shows_figures_and_entries_and_changes_nothing(self, job, admins):
        page = admins.get(LOOK).text
        for text in ("What would Tidy up do now?", "Old", "40", "only a look"):
            assert text in page
        assert page.count("&lt;i&gt;Entry") == 20
        assert "The first 20 entries are shown." in page
        assert not CronRun.objects.exists()

    def test_is_the_question_before_running(self, job, admins):
        page = admins.get(LOOK, {"run": "1"}).text
        assert "Run Tidy up now?" in page
        assert f'action="{RUN}"' in page

    def test_with_nothing_to_do(self, job, admins):
        nothing = hooks.CronPreview(figures={})
        job(hooks.CronJob(**{**vars(TIDY), "preview": lambda limit: nothing}))
        assert "Nothing to do now" in admins.get(LOOK).text

    def test_of_a_job_that_has_none(self, job, admins):
        job(hooks.CronJob(**{**vars(TIDY), "preview": None, "help": ""}))
        assert f'href="{LOOK}"' not in admins.get(LIST).text
        assert "Run now" in admins.get(LOOK, {"run": "1"}).text


class TestPages:
    def test_tell_the_next_run_by_the_installations_clock(
        self, job, admin, time_machine
    ):
        time_machine.move_to("2026-03-02 12:00Z", tick=False)
        admin.time_zone = "America/New_York"
        admin.save()
        page = client_of(admin).get(LIST).text
        assert "3 Mar 2026, 02:00" in page
        assert "Europe/Berlin" in page

    def test_name_who_starts_it(self, job, admins, seen, monkeypatch):
        assert "nobody, as far as this server can see" in admins.get(LIST).text
        seen([], None)
        assert "It stands in no crontab" in admins.get(LIST).text
        seen([], datetime.now(UTC))
        page = admins.get(LIST).text
        assert "Celery beat" in page
        assert "alert-triangle" not in page
        monkeypatch.setattr(Schedulers, "cron_has", lambda self, command: True)
        seen([], None)
        page = admins.get(LIST).text
        assert "System's cron" in page
        assert "It stands in no crontab" not in page

    def test_page_through_all_runs(self, job, admins, django_assert_max_num_queries):
        runs = [
            CronRun(command="tidy", trigger="cron", ok=True, counts={"moved": number})
            for number in range(60)
        ]
        CronRun.objects.bulk_create(runs)
        with django_assert_max_num_queries(10):
            first = admins.get(JOB)
        assert len(first.context["lines"]) == 50
        second = admins.get(JOB + first.context["page"].next_url)
        assert [line.counts[0][1] for line in second.context["lines"]] == [
            *range(9, -1, -1)
        ]

    def test_of_a_job_that_never_ran(self, job, admins):
        assert "It has not run yet" in admins.get(JOB).text

    @pytest.mark.parametrize("url", [JOB, LOOK])
    def test_of_a_job_that_is_not_there(self, admins, url):
        assert admins.get(url).status_code == 404

    def test_are_for_administrators(self, job, karin, admins):
        for url in (LIST, JOB, LOOK):
            assert client_of(karin).get(url).status_code == 403
        assert client_of(karin).post(RUN).status_code == 403
        assert admins.get(RUN).status_code == 405


@pytest.mark.django_db
class TestOverdue:
    NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("started", "overdue"),
        [
            ("2026-03-04T01:00Z", False),
            # 26 hours and a minute after it should have begun, it is missed.
            ("2026-03-03T09:00Z", True),
            ("2026-03-01T01:00Z", True),
        ],
    )
    def test_is_a_job_whose_time_is_two_hours_past(self, job, started, overdue):
        CronRun.objects.create(
            command="tidy", trigger="cron", started_at=datetime.fromisoformat(started)
        )
        assert job_of("tidy", self.NOW, BERLIN).overdue is overdue

    @pytest.mark.parametrize(
        ("now", "overdue"),
        [("2026-03-05T03:00Z", False), ("2026-03-05T03:01Z", True)],
    )
    def test_a_daily_one_is_after_26_hours(self, job, now, overdue):
        started = datetime(2026, 3, 4, 1, tzinfo=UTC)
        CronRun.objects.create(command="tidy", trigger="cron", started_at=started)
        found = job_of("tidy", datetime.fromisoformat(now), BERLIN)
        assert found.overdue is overdue

    def test_one_that_never_ran_is_waited_for_since_its_add_on_is_active(
        self, job, chat, issuer, time_machine
    ):
        assert not job_of("tidy", self.NOW, BERLIN).overdue
        time_machine.move_to("2026-03-02 12:00Z", tick=False)
        licensing.activate(None, chat, issuer.code())
        assert job_of("tidy", self.NOW, BERLIN).overdue
        time_machine.move_to("2026-03-04 11:00Z", tick=False)
        licensing.activate(None, chat, issuer.code())
        assert not job_of("tidy", self.NOW, BERLIN).overdue

    def test_is_said_on_the_page(self, job, admins):
        CronRun.objects.create(
            command="tidy", trigger="cron", started_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert "It is overdue" in admins.get(LIST).text


@pytest.mark.django_db
class TestOfAnAddOnThatIsNotActive:
    def test_it_rests_and_says_why(self, job, chat, issuer, admins):
        CronRun.objects.create(
            command="tidy", trigger="cron", started_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        page = admins.get(LIST).text
        assert "because the add-on Chat is not active" in page
        assert "It is overdue" not in page
        assert "Run now" not in page
        assert "Run now" not in admins.get(LOOK).text.replace(RUN, "")
        refused = admins.post(RUN, follow=True).text
        assert "Nothing was done: the add-on Chat is not active." in refused
        assert CronRun.objects.count() == 1

    def test_it_runs_again_once_it_is(self, job, chat, issuer, admins):
        licensing.activate(None, chat, issuer.code(until="2999-01-01"))
        admins.post(RUN)
        assert CronRun.objects.get().ok
        licensing.deactivate(None, chat)
        addons.forget()
        with pytest.raises(cron.AddOnNotActive):
            run_cron_job("tidy").__enter__()
        assert SettingsChange.objects.count() == 2
