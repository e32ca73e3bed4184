"""Jobs: how they run, end, are cancelled, taken back and given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from crmplus import hooks
from crmplus.accounts.models import Role, User
from crmplus.celery import app
from crmplus.conf import env
from crmplus.jobs import running, services
from crmplus.jobs.models import Job, State
from crmplus.jobs.running import Progress, look_after, run_job, work_off
from crmplus.jobs.services import JobError
from crmplus.jobs.tasks import run_queued
from crmplus.jobs.telling import snapshot

Run = Callable[[Job, Progress], dict[str, Any] | None]


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", first_name="Anna")


@pytest.fixture
def web(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What browsers were told."""
    told: list[dict[str, Any]] = []

    def publish(users: Any, message: Any, **more: Any) -> None:
        told.append(dict(message))

    monkeypatch.setattr("crmplus.jobs.telling.publish", publish)
    return told


@contextmanager
def kind(run: Run, **more: Any) -> Iterator[None]:
    hook = hooks.JobKind(key="dig", label="Dig", icon="download", run=run, **more)
    with hooks.temporarily(hook):
        yield


def nothing(job: Job, progress: Progress) -> None:
    return None


def start(user: User, **parameters: Any) -> Job:
    return services.start(user, "dig", about="a hole", parameters=parameters)


def again(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_a_job_runs_with_its_parameters_and_keeps_its_result(anna: User) -> None:
    def run(job: Job, progress: Progress) -> dict[str, Any]:
        progress(3, 4)
        return {"metres": job.parameters["metres"]}

    with kind(run):
        job = start(anna, metres=2)
        work_off()

    assert again(job).state == State.DONE
    assert job.result == {"metres": 2}
    assert (job.done, job.total) == (4, 4)
    assert job.started_at is not None
    assert job.finished_at is not None


def test_it_speaks_the_language_and_zone_of_who_started_it(anna: User) -> None:
    def run(job: Job, progress: Progress) -> dict[str, Any]:
        zone = timezone.get_current_timezone_name()
        return {"language": translation.get_language(), "zone": zone}

    with kind(run):
        with translation.override("pl"), timezone.override("Europe/Warsaw"):
            job = start(anna)
        work_off()

    assert again(job).result == {"language": "pl", "zone": "Europe/Warsaw"}


def test_a_job_runs_once_however_many_take_it(anna: User) -> None:
    runs: list[int] = []

    def run(job: Job, progress: Progress) -> None:
        runs.append(job.pk)
        assert not run_job(job.pk)

    with kind(run):
        job = start(anna)
        assert run_job(job.pk)
        assert not run_job(job.pk)

    assert runs == [job.pk]


def test_what_people_can_mend_is_said_and_the_rest_is_not(anna: User) -> None:
    def mendable(job: Job, progress: Progress) -> None:
        raise JobError("The file is empty.")

    def broken(job: Job, progress: Progress) -> None:
        raise RuntimeError("secret")

    messages = []
    for run in (mendable, broken):
        with kind(run):
            job = start(anna)
            work_off()
            assert again(job).state == State.FAILED
            messages.append(job.message)

    assert messages == ["The file is empty.", "Something went wrong on the server."]


def test_a_waiting_job_is_cancelled_at_once(anna: User) -> None:
    with kind(nothing):
        job = start(anna)
        services.cancel(job)
        work_off()

    assert again(job).state == State.CANCELLED
    assert job.started_at is None


def test_a_running_job_ends_at_its_next_progress_and_keeps_what_it_has(
    anna: User,
) -> None:
    def run(job: Job, progress: Progress) -> dict[str, Any]:
        job.result = {"metres": 1}
        services.cancel(job)
        progress(1, 2)
        raise AssertionError("It went on.")

    with kind(run):
        job = start(anna)
        work_off()

    assert again(job).state == State.CANCELLED
    assert job.result == {"metres": 1}


def test_a_done_job_is_undone_once(anna: User) -> None:
    def fill(job: Job, progress: Progress) -> dict[str, Any]:
        return {"filled": job.result["metres"]}

    with kind(lambda job, progress: {"metres": 5}, undo=fill):
        job = start(anna)
        work_off()
        assert services.undo(again(job))
        assert not services.undo(again(job))
        work_off()
        assert again(job).state == State.UNDONE
        assert not services.undo(job)

    assert job.result == {"metres": 5, "filled": 5}


def test_after_a_week_nothing_is_undone(anna: User) -> None:
    with kind(nothing, undo=nothing):
        job = start(anna)
        work_off()
        job.refresh_from_db()
        assert services.can_undo(job)
        job.finished_at = timezone.now() - timedelta(days=8)
        assert not services.can_undo(job)


def test_a_job_whose_process_died_is_given_up_and_can_be_started_again(
    anna: User, heard: list[dict[str, Any]]
) -> None:
    with kind(nothing):
        job = start(anna)
        dead = {"state": State.RUNNING, "attempt": 1, "started_at": timezone.now()}
        silent = timezone.now() - timedelta(seconds=61)
        Job.objects.filter(pk=job.pk).update(heartbeat_at=silent, **dead)
        look_after()
        assert again(job).state == State.FAILED
        assert job.interrupted
        assert [told["type"] for told in heard] == ["job", "job-ended"]
        assert services.start_again(job)
        work_off()

    assert again(job).state == State.DONE
    assert not job.interrupted


def test_a_step_that_was_over_at_once_says_nothing(
    anna: User, heard: list[dict[str, Any]]
) -> None:
    with kind(nothing, then=lambda job: "/next/"):
        start(anna)
        work_off()

    assert [(told["type"], told.get("gone")) for told in heard] == [("job", True)]


def test_a_job_that_lives_is_left_alone(anna: User) -> None:
    with kind(nothing):
        job = start(anna)
        alive = timezone.now() - timedelta(seconds=30)
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING, heartbeat_at=alive)
        look_after()

    assert again(job).state == State.RUNNING


def test_an_attempt_that_was_given_up_writes_no_more(anna: User) -> None:
    def run(job: Job, progress: Progress) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(state=State.FAILED, message="given up")
        progress(1, 2)
        raise AssertionError("It went on.")

    with kind(run):
        job = start(anna)
        work_off()

    assert again(job).state == State.FAILED
    assert job.message == "given up"


def test_with_a_broker_celery_runs_it_and_the_server_does_not(
    anna: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    class Env:
        celery_broker_url = "redis://nowhere"

    sent: list[Any] = []
    monkeypatch.setattr(running, "env", Env)
    monkeypatch.setattr(app, "send_task", lambda *task: sent.append(task))
    with kind(lambda job, progress: {"by": "celery"}):
        with django_capture_on_commit_callbacks(execute=True):
            job = start(anna)
        work_off()
        assert again(job).state == State.QUEUED
        assert sent == [("crmplus.jobs.tasks.run_queued", [job.pk])]
        run_queued(job.pk)

    assert again(job).result == {"by": "celery"}


def test_a_file_is_offered_under_its_name_and_goes_after_a_week(
    anna: User, web: Client
) -> None:
    def run(job: Job, progress: Progress) -> None:
        services.new_file(job, "hole ö.csv").write_bytes(b"a;b")

    with kind(run):
        job = start(anna)
        work_off()
        answer = web.get(f"/jobs/{job.uid}/file/")
        assert b"".join(answer) == b"a;b"  # type: ignore[arg-type]
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        old = timezone.now() - timedelta(days=8)
        Job.objects.filter(pk=job.pk).update(created_at=old)
        services.clean_up()
        assert web.get(f"/jobs/{job.uid}/file/").status_code == 404
        assert not Path(env.data_dir, "jobs", str(job.uid)).exists()
        assert web.get(job.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("path", ["", "state/", "file/", "cancel/", "undo/", "again/"])
def test_nobody_else_finds_a_job(anna: User, client: Client, path: str) -> None:
    client.force_login(User.objects.create_user("ben", role=Role.ADMIN))
    with kind(nothing):
        job = start(anna)
        method = client.post if path in ("cancel/", "undo/", "again/") else client.get

        assert method(f"/jobs/{job.uid}/{path}").status_code == 404


def test_who_lost_the_role_finds_their_job_no_more(anna: User, web: Client) -> None:
    with kind(nothing):
        job = start(anna)
        User.objects.filter(pk=anna.pk).update(role=Role.STATISTICS)

        assert web.get(job.get_absolute_url()).status_code == 404
        assert snapshot(anna.pk) == []
        assert "Dig" not in web.get("/jobs/").content.decode()


def test_the_page_runs_along_and_stops_when_the_job_has_ended(
    anna: User, web: Client
) -> None:
    with kind(nothing, said=lambda job: "Two metres."):
        job = start(anna)
        page = web.get(job.get_absolute_url()).content.decode()
        assert 'hx-trigger="every 1s"' in page
        assert "<progress" in page
        assert len(snapshot(anna.pk)) == 1
        web.post(f"/jobs/{job.uid}/cancel/")
        state = web.get(f"/jobs/{job.uid}/state/").content.decode()

    assert "hx-trigger" not in state
    assert "Two metres." in state
    assert "Cancelled" in state


def test_the_list_asks_no_more_for_many_jobs(anna: User, web: Client) -> None:
    counts = []
    with kind(nothing):
        for _ in range(2):
            start(anna)
            with CaptureQueriesContext(connection) as asked:
                web.get("/jobs/")
            counts.append(len(asked))

    assert counts[0] == counts[1]


def test_an_empty_list_says_what_it_is_for(web: Client) -> None:
    assert "No jobs yet" in web.get("/jobs/").content.decode()
