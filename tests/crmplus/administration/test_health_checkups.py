"""What the host itself looks after: database, Redis, live channel, chores, setup."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import Error, Info, Tags, Warning
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from crmplus import conf, hooks
from crmplus.administration.checkups import chores, database, services, setup
from crmplus.administration.checkups.chores import look_at_jobs, look_at_loops
from crmplus.administration.checkups.services import (
    look_at_live_channel,
    look_at_redis,
)
from crmplus.administration.checkups.setup import look_at_add_ons, look_at_settings
from crmplus.administration.licensing import Standing, State
from crmplus.administration.models import CronRun
from crmplus.administration.schedulers import Schedulers
from crmplus.hooks import Finding, Level
from crmplus.leadership import FileLeader, PostgresLeader
from crmplus.live.bus import Bus
from tests.crmplus.administration.conftest import CHAT, Issuer


def texts(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.level.value, one.text) for one in findings]


@pytest.fixture
def migrated(db: None, request: pytest.FixtureRequest) -> None:
    """A database that was made by the migrations."""
    if request.config.getoption("nomigrations"):
        pytest.skip("The database was made without migrations.")


class TestDatabase:
    @pytest.fixture(autouse=True)
    def keeps(self, monkeypatch, request) -> None:
        """The tests' database keeps nothing through a power cut, on purpose."""
        if "keeping" not in request.node.name:
            monkeypatch.setattr(database, "_keeping", lambda: ())

    def test_is_well(self, db, django_assert_max_num_queries):
        database.look()
        with django_assert_max_num_queries(5):
            (found,) = database.look()
        assert found.level == Level.OK
        assert found.text.startswith(connection.display_name)
        assert database.fault() == ""

    def test_is_older_than_the_program(self, migrated):
        recorder = MigrationRecorder(connection)
        recorder.record_unapplied("administration", "0003_add_ons_and_cron")
        _well, found = database.look()
        assert texts([found]) == [
            (
                "error",
                "The database is older than the program: 1 change is missing "
                "(administration.0003_add_ons_and_cron).",
            )
        ]
        recorder.record_unapplied("live", "0001")
        recorder.record_unapplied("administration", "0001_initial")
        assert "2 changes are missing" in database.look()[1].text

    def test_is_newer_than_the_program(self, migrated):
        recorder = MigrationRecorder(connection)
        recorder.record_applied("administration", "9999_of_tomorrow")
        recorder.record_applied("an_app_that_is_gone", "0001_initial")
        _well, found = database.look()
        assert found.level == Level.WARNING
        assert "administration.9999_of_tomorrow" in found.text

    def test_a_squashed_migration_counts_by_those_it_replaces(
        self, migrated, monkeypatch
    ):
        known = {
            ("chat", "0002_squashed"): frozenset({("chat", "0001"), ("chat", "0002")})
        }
        known |= database._on_disk()
        monkeypatch.setattr(database, "_on_disk", lambda: known)
        recorder = MigrationRecorder(connection)
        recorder.record_applied("chat", "0001")
        assert database.look()[1].level == Level.ERROR
        recorder.record_applied("chat", "0002")
        assert [one.level for one in database.look()] == ["ok", "warning"]

    def test_says_why_it_does_not_answer(self, monkeypatch):
        def broken() -> None:
            raise OperationalError("unable to open database file\nat all")

        monkeypatch.setattr(database, "_reach", broken)
        monkeypatch.setattr(database, "connection", SimpleNamespace(connection=None))
        assert database.fault() == "unable to open database file"
        assert database.unreachable("gone").level == Level.ERROR

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own")
    def test_keeping_of_sqlite(self, monkeypatch):
        asked = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"}
        monkeypatch.setattr(database, "_value", asked.__getitem__)
        assert list(database._keeping()) == []
        asked["PRAGMA synchronous"] = "1"
        (found,) = database._keeping()
        assert "synchronous is off" in found.text
        asked["PRAGMA journal_mode"] = "delete"
        log, _other = database._keeping()
        assert "no write-ahead log" in log.text


class TestRedis:
    @pytest.fixture
    def set_env(self, monkeypatch):
        def change(**values: object) -> None:
            monkeypatch.setattr(services, "env", replace(conf.load({}), **values))

        return change

    def test_is_not_needed_by_one_server(self, set_env):
        set_env(celery_broker_url="amqp://localhost")
        (found,) = look_at_redis()
        assert found.level == Level.INFO
        assert "one server process serves everybody" in found.text

    def test_is_away(self, set_env):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            set_env(
                redis_url=f"redis://:hunter2@127.0.0.1:{port}/0",
                celery_broker_url="redis://127.0.0.1:no",
            )
            live, broker = look_at_redis()
        assert live.text.startswith("Redis (REDIS_URL) does not answer: ")
        assert live.remedy == "Start it, or correct REDIS_URL."
        assert "hunter2" not in live.text
        assert (live.level, broker.level) == (Level.ERROR, Level.ERROR)

    def test_that_never_answers_is_waited_for_shortly(self, set_env, monkeypatch):
        monkeypatch.setattr(services, "SECONDS", 0.05)
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen()
            set_env(redis_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
            began = time.monotonic()
            (found,) = look_at_redis()
        assert found.level == Level.ERROR
        assert time.monotonic() - began < 1

    @pytest.mark.redis
    def test_answers(self, set_env, redis_url):
        set_env(redis_url=redis_url)
        (found,) = look_at_redis()
        assert found.level == Level.OK
        assert found.text.startswith("Redis (REDIS_URL) answers within ")


class TestLiveChannel:
    @pytest.fixture
    def own(self, monkeypatch) -> Bus:
        """A bus of one process."""
        made = Bus()
        monkeypatch.setattr(services, "bus", lambda: made)
        return made

    def test_carries_a_message(self, own):
        (found,) = look_at_live_channel()
        assert found.level == Level.OK
        assert found.text.endswith("ms, inside this server process.")
        assert own.hub.subscriptions() == []

    def test_counts_the_open_streams(self, own, monkeypatch):
        monkeypatch.setattr(own.hub, "subscriptions", lambda: [1, 2])
        text = look_at_live_channel()[0].text
        assert "2 browsers are connected to this server process." in text

    def test_is_silent(self, own, monkeypatch):
        monkeypatch.setattr(services.round_trip, "__defaults__", (0.05,))
        monkeypatch.setattr(own.hub, "deliver", lambda *message, **to: None)
        (found,) = look_at_live_channel()
        assert found.level == Level.ERROR
        assert found.remedy == "Start the server again; its log says more."
        assert own.hub.subscriptions() == []

    @pytest.fixture
    def shared(self, redis_url, monkeypatch) -> Iterator[Bus]:
        """A bus of several processes."""
        made = Bus(redis_url)
        monkeypatch.setattr(services, "bus", lambda: made)
        yield made
        made.stop()

    @pytest.mark.redis
    def test_carries_a_message_over_redis(self, shared, monkeypatch):
        (found,) = look_at_live_channel()
        assert found.level == Level.OK
        assert found.text.endswith("ms, over Redis.")

    @pytest.mark.redis
    def test_may_not_publish(self, shared, monkeypatch, redis_url):
        monkeypatch.setattr(shared.relay, "publish", lambda payload: False)
        (found,) = look_at_live_channel()
        assert found.level == Level.ERROR
        assert "Redis" in found.remedy

    def test_has_lost_redis(self, monkeypatch):
        monkeypatch.setattr(services.round_trip, "__defaults__", (0.05,))
        lost = Bus("redis://127.0.0.1:1/0")
        monkeypatch.setattr(services, "bus", lambda: lost)
        (found,) = look_at_live_channel()
        lost.stop()
        assert found.level == Level.ERROR


TIDY = hooks.CronJob(command="tidy", label="Tidy up", schedule="0 2 * * *")
HOUR = timedelta(hours=1)


@pytest.mark.django_db
class TestCronJobs:
    @pytest.fixture
    def seen(self, monkeypatch):
        """``seen(crontab, beat)``: who starts jobs here; one job is due at 2:00."""
        others = [one for one in hooks._hooks if type(one) is not hooks.CronJob]
        monkeypatch.setattr(hooks, "_hooks", [*others, TIDY])
        monkeypatch.setattr(Schedulers, "cron_has", lambda self, _: bool(self.crontab))

        def who(crontab: bool = False, beat: bool = False) -> None:
            def given(now: datetime) -> Schedulers:
                return Schedulers(["x"] if crontab else [], now if beat else None, now)

            monkeypatch.setattr(chores, "schedulers", given)

        return who

    def ran(self, hours: float, ok: bool | None = True, **more: object) -> None:
        at = timezone.now() - hours * HOUR
        values = {"trigger": "cron", "ended_at": at, "ok": ok, **more}
        CronRun.objects.create(command="tidy", started_at=at, **values)

    def test_run(self, seen):
        seen(crontab=True)
        (found,) = look_at_jobs()
        assert found.level == Level.OK
        assert found.text.startswith("Tidy up is started by the system's cron. Next")
        seen(beat=True)
        self.ran(0.5)
        (found,) = look_at_jobs()
        assert "started by Celery beat. Last run: 30 min ago" in found.text

    def test_run_on_another_server(self, seen):
        seen()
        self.ran(0.5)
        assert "started by another server" in look_at_jobs()[0].text

    def test_are_started_by_nobody(self, seen):
        seen()
        self.ran(0.5, trigger="hand")
        (found,) = look_at_jobs()
        assert found.level == Level.WARNING
        assert found.text.startswith("Nobody starts Tidy up")
        assert "manage.py crontab add" in found.remedy
        assert found.url == reverse("administration:cron-job", args=["tidy"])

    def test_are_overdue(self, seen):
        seen()
        self.ran(60)
        (found,) = look_at_jobs()
        assert found.level == Level.WARNING
        assert found.text.startswith("Tidy up is overdue: it ran last ")
        assert "manage.py crontab add" in found.remedy
        seen(crontab=True)
        (found,) = look_at_jobs()
        assert found.text.startswith("Tidy up is overdue")
        assert "the log of cron" in found.remedy

    def test_have_failed(self, seen):
        seen(crontab=True)
        self.ran(0.5, ok=False, error="OSError: disk full\n  traceback")
        (found,) = look_at_jobs()
        assert found.level == Level.WARNING
        assert found.text == "Tidy up failed, 30 min ago: OSError: disk full"

    def test_run_just_now(self, seen):
        seen(crontab=True)
        self.ran(0, ok=None, ended_at=None)
        assert look_at_jobs()[0].level == Level.OK

    def test_rest(self, seen, monkeypatch):
        seen()
        monkeypatch.setattr("crmplus.administration.jobs.rests", lambda command: CHAT)
        (found,) = look_at_jobs()
        assert texts([found]) == [
            ("info", "Tidy up rests: the add-on Chat is not active.")
        ]

    def test_are_none(self, seen, monkeypatch):
        seen()
        monkeypatch.setattr(chores, "jobs", lambda now, zone, shown: [])
        assert texts(look_at_jobs()) == [("ok", "There are no cron jobs.")]


class TestBackgroundWork:
    @pytest.fixture
    def lock(self, monkeypatch, tmp_path) -> Path:
        path = tmp_path / "leader.lock"
        monkeypatch.setattr(chores, "leader", lambda: FileLeader(path))
        return path

    def test_is_done(self, lock):
        server = FileLeader(lock)
        assert server.mine()
        assert look_at_loops()[0].level == Level.OK
        server.release()

    def test_is_done_by_nobody(self, lock):
        (found,) = look_at_loops()
        assert found.level == Level.WARNING
        assert "No server process" in found.text
        server = FileLeader(lock)
        assert server.mine()
        server.release()

    def test_is_none(self, monkeypatch):
        monkeypatch.setattr(hooks, "_hooks", [])
        assert texts(look_at_loops()) == [("ok", "There is no background work.")]


class TestAddOns:
    @pytest.mark.parametrize(
        ("state", "level", "words"),
        [
            (State.ACTIVE, "ok", "Chat is active until 31 December 2027."),
            (State.EXPIRING, "warning", "expires soon: its last day is 31 December"),
            (State.EXPIRED, "error", "Chat has expired: its last day was 31 December"),
            (State.REFUSED, "error", "its code does not count any more"),
            (State.OFF, "info", "Chat is not active."),
        ],
    )
    def test_stand(self, monkeypatch, issuer: Issuer, state, level, words):
        from crmplus.administration import activation

        statement = activation.read(issuer.code(), [issuer.public])
        assert statement.valid_until == date(2027, 12, 31)
        given = Standing(add_on=CHAT, state=state, statement=statement)
        monkeypatch.setattr(setup, "standings", lambda: [given])
        (found,) = look_at_add_ons()
        assert found.level == level
        assert words in found.text
        assert bool(found.url) == (state != State.ACTIVE)

    def test_are_none(self, monkeypatch):
        monkeypatch.setattr(setup, "standings", list)
        assert texts(look_at_add_ons()) == [("ok", "There are no add-ons.")]


class TestSettings:
    @pytest.fixture
    def checks(self, monkeypatch):
        """``checks(*messages)``: what the one system check says."""

        def install(*messages, module="crmplus.checks", tags=()):
            def check(app_configs, databases):
                return messages

            check.__module__, check.tags = module, tags
            monkeypatch.setattr(setup.registry, "get_checks", lambda: [check])

        return install

    def test_fit_together(self, checks):
        checks()
        assert texts(look_at_settings()) == [("ok", "The settings fit together.")]

    def test_do_not_fit_together(self, checks):
        checks(
            Error("No.", hint="Set it.", id="crmplus.E001"),
            Warning("Odd.", id="crmplus.W001"),
            Info("So."),
        )
        found = look_at_settings()
        assert texts(found) == [
            ("error", "No. (crmplus.E001)"),
            ("warning", "Odd. (crmplus.W001)"),
            ("info", "So."),
        ]
        assert found[0].remedy == "Set it."

    def test_checks_of_others_and_of_the_database_are_not_asked(self, checks):
        checks(Error("No."), module="django.core.checks")
        assert look_at_settings()[0].level == Level.OK
        checks(Error("No."), tags=(Tags.database,))
        assert look_at_settings()[0].level == Level.OK
        checks(Error("No."), module="softphone_connector.profiles.checks")
        assert look_at_settings()[0].level == Level.ERROR


@pytest.mark.postgres
@pytest.mark.redis
def test_doctor_on_postgresql_and_redis(server, postgres_database, redis_url):
    running = server(DATABASE_URL=postgres_database, REDIS_URL=redis_url)
    # As its background loops do, half a minute after the start.
    lead = PostgresLeader({"conninfo": postgres_database}, "leader")
    assert lead.mine()
    text = running.manage("doctor")
    lead.release()
    assert "PostgreSQL" in text
    assert "Redis (REDIS_URL) answers within" in text
    assert "ms, over Redis." in text
    assert "A server process does the background work." in text
    # The tests' server is set to forget.
    assert "fsync, full_page_writes is off" in text
    assert "could not be looked at" not in text
    running.stop()
    assert "No server process does the background work" in running.manage("doctor")


@pytest.mark.postgres
def test_doctor_without_its_database(server, postgres_database):
    running = server(DATABASE_URL=postgres_database)
    running.stop()
    host, _slash, _name = postgres_database.rpartition("/")
    running.environ["DATABASE_URL"] = f"{host}/gone"
    with pytest.raises(RuntimeError, match="doctor failed"):
        running.manage("doctor")
    began = time.monotonic()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        running.environ["DATABASE_URL"] = f"postgresql://nobody@{address}/gone"
        with pytest.raises(RuntimeError, match="doctor failed"):
            running.manage("doctor")
    assert time.monotonic() - began < 8
