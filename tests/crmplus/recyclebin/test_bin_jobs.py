"""Very many entries of the recycle bin: by a job, which may die and go on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmplus.accounts.models import Role, Scope, User
from crmplus.administration.models import SettingsChange
from crmplus.jobs import services
from crmplus.jobs.models import Job, State
from crmplus.jobs.running import run_job
from crmplus.records.merging import merge
from crmplus.records.models import Lead, Partner
from crmplus.records.types import LEADS
from crmplus.recyclebin import bin_jobs, bulk
from crmplus.recyclebin.services import type_of
from crmplus.timeline.models import Change, Deed

RESTORE, DELETE = "/recycle-bin/restore/", "/recycle-bin/delete/"


def deleted(names: str, **values: Any) -> None:
    for name in names:
        Lead.objects.create(last_name=name, **values).move_to_bin(job="test")


@pytest.fixture(autouse=True)
def soon_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bin_jobs, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)


@pytest.fixture
def admin(web: Client, anna: User) -> Client:
    User.objects.filter(pk=anna.pk).update(role=Role.ADMIN)
    return web


def started(web: Client, url: str, **data: str) -> Job:
    answer = web.post(url, data)
    job = Job.objects.latest("pk")
    assert answer["Location"] == job.get_absolute_url()
    return job


def ran(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


def dies(monkeypatch: pytest.MonkeyPatch, name: str, time: int) -> None:
    """Let the power go off in the midst of a batch, at that time of it."""
    really, calls = getattr(bulk, name), []

    def fails(*args: Any) -> None:
        really(*args)
        calls.append(1)
        if len(calls) == time:
            raise OSError("the power went off")

    monkeypatch.setattr(bulk, name, fails)


def test_few_are_done_at_once(web: Client) -> None:
    deleted("AB")
    web.post(RESTORE, {"type": "leads"})
    assert Lead.objects.count() == 2
    assert not Job.objects.exists()


def test_many_come_back_by_a_job(web: Client) -> None:
    deleted("ABCDE")
    Partner.objects.create(name="P").move_to_bin(job="test")
    job = started(web, RESTORE, type="leads")
    assert not Lead.objects.exists()
    assert str(job) == "bin-restore Lead"
    ran(job)
    assert (job.state, job.done, job.total) == (State.DONE, 5, 5)
    assert bin_jobs.restored(job) == "5 entries are back."
    assert Lead.objects.count() == 5
    assert not Partner.objects.exists()
    assert "5 entries are back." in web.get(job.get_absolute_url()).content.decode()


def test_many_are_deleted_for_good_by_a_job_and_audited_once(
    admin: Client, anna: User
) -> None:
    deleted("ABCDE")
    Partner.objects.create(name="P").move_to_bin(job="test")
    job = ran(started(admin, DELETE, type="*", sure="on"))
    assert bin_jobs.deleted(job) == "6 entries are deleted for good."
    assert not Lead.all_objects.exists()
    noted = SettingsChange.objects.order_by("pk")
    assert [(one.actor, one.what) for one in noted] == [
        (anna, "leads"),
        (anna, "partners"),
    ]
    assert [one.changes[0]["after"] for one in noted] == [5, 1]


def test_what_is_deleted_after_it_was_asked_for_stays(admin: Client) -> None:
    deleted("ABC")
    job = started(admin, DELETE, type="*", sure="on")
    deleted("D")
    ran(job)
    assert Lead.all_objects.get().last_name == "D"


@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_restoring_that_died_goes_on_and_doubles_nothing(
    web: Client, monkeypatch: pytest.MonkeyPatch, time: int
) -> None:
    deleted("ABCDE")
    job = started(web, RESTORE, type="leads")
    with monkeypatch.context() as patch:
        dies(patch, "_restore", time)
        assert ran(job).state == State.FAILED
    assert Lead.objects.count() == bin_jobs._so_far(job).count == 2 * (time - 1)
    assert services.start_again(job)
    ran(job)
    assert Lead.objects.count() == 5
    assert Change.objects.filter(deed=Deed.RESTORED).count() == 5
    assert bin_jobs.restored(job) == "5 entries are back."
    assert (job.done, job.total) == (5, 5)


@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_deleting_that_died_goes_on_and_counts_all(
    admin: Client, monkeypatch: pytest.MonkeyPatch, time: int
) -> None:
    deleted("ABCDE")
    job = started(admin, DELETE, type="leads", sure="on")
    with monkeypatch.context() as patch:
        dies(patch, "_delete", time)
        assert ran(job).state == State.FAILED
    assert Lead.all_objects.count() == 5 - 2 * (time - 1)
    assert services.start_again(job)
    ran(job)
    assert bin_jobs.deleted(job) == "5 entries are deleted for good."
    assert SettingsChange.objects.get().changes[0]["after"] == 5


def test_an_attempt_that_was_given_up_does_no_more(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted("ABCDE")
    job = started(admin, DELETE, type="leads", sure="on")
    really = bulk._delete

    def slow(*args: Any) -> None:
        really(*args)
        if Job.objects.get(pk=job.pk).attempt == 1:
            Job.objects.filter(pk=job.pk).update(attempt=2)

    monkeypatch.setattr(bulk, "_delete", slow)
    run_job(job.pk)
    assert Lead.all_objects.count() == 5


def test_a_cancelled_one_keeps_what_it_has_done(
    web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmplus.jobs.running.TOLD_EVERY", 0)
    deleted("ABCDE")
    job = started(web, RESTORE, type="leads")
    really = bulk._restore

    def asked(*args: Any) -> None:
        really(*args)
        services.cancel(job)

    monkeypatch.setattr(bulk, "_restore", asked)
    assert ran(job).state == State.CANCELLED
    assert Lead.objects.count() == 2
    assert bin_jobs.restored(job) == "2 entries are back."


def test_only_what_one_sees_comes_back(web: Client, anna: User, ben: User) -> None:
    anna.sees_records = Scope.OWN
    anna.save()
    deleted("ABC", owner=anna)
    deleted("XYZ", owner=ben)
    ran(started(web, RESTORE, type="leads"))
    assert {lead.last_name for lead in Lead.objects.all()} == set("ABC")


def test_who_is_no_admin_any_more_deletes_nothing(admin: Client, anna: User) -> None:
    deleted("ABC")
    job = started(admin, DELETE, type="leads", sure="on")
    User.objects.filter(pk=anna.pk).update(role=Role.AGENT)
    assert ran(job).state == State.FAILED
    assert job.message == "You are not allowed to do that any more."
    assert Lead.all_objects.count() == 3


def test_those_that_cannot_come_back_are_told_of(web: Client, anna: User) -> None:
    deleted("DE")
    first, second = (Lead.objects.create(last_name=name) for name in "AB")
    merge(LEADS, second.pk, first.pk, {}, anna)
    second.move_to_bin(by=anna)
    Lead.all_objects.filter(pk=second.pk).delete()
    job = ran(started(web, RESTORE, type="leads"))
    assert bin_jobs.restored(job).startswith("2 entries are back. 1 entry can’t come")


@pytest.mark.parametrize("act", ["_restore", "_delete"])
def test_a_batch_costs_as_many_queries_as_one(
    admin: Client, anna: User, act: str
) -> None:
    kind = type_of(User.objects.get(pk=anna.pk), "leads")
    costs = []
    for names in ("A", "BCDEFGHIJ"):
        deleted(names, phone="030 1234567")
        ids = list(Lead.all_objects.exclude(deleted_at=None).values_list("pk"))
        part = bulk.Part(kind)
        with CaptureQueriesContext(connection) as queries:
            getattr(bulk, act)(part, [pk for (pk,) in ids], anna, bulk.Done())
        costs.append(len(queries))
    assert costs[0] == costs[1]
