"""Acts on many records at once: whom they reach, what they leave, how they go back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus import toasts
from crmplus.accounts.models import Role, Scope, User
from crmplus.jobs.models import Job, State
from crmplus.jobs.running import run_job
from crmplus.jobs.services import start_again
from crmplus.jobs.services import undo as undo_job
from crmplus.phonebook.find import find
from crmplus.records import bulk, bulk_jobs, bulk_views, restoring
from crmplus.records.bulk import (
    CannotActError,
    Wanted,
    begin,
    carry_out,
    concerned,
    plan,
    take_back,
    wanted,
)
from crmplus.records.bulk_models import BulkAct, BulkChange
from crmplus.records.history import changes, note_made
from crmplus.records.models import Contact, Partner
from crmplus.records.types import CONTACTS, PARTNERS
from crmplus.timeline.models import Change, Deed
from tests.support.examples import examples

URL = "/partners/bulk/"
Make = Callable[..., Partner]


@pytest.fixture
def make(db: None) -> Make:
    def partner(name: str, **values: Any) -> Partner:
        return Partner.objects.create(name=name, **values)

    return partner


def act(web: Client, *partners: Partner, url: str = URL, **data: Any) -> str:
    """Do it as the form does; gives what the toast says."""
    answer = web.post(url, {"marked": [p.pk for p in partners], **data})
    assert answer.status_code == 302
    return last_toast(answer)


def last_toast(answer: Any) -> str:
    return str(list(get_messages(answer.wsgi_request))[-1])


def undo(web: Client) -> Any:
    return web.post(f"/bulk/{BulkChange.objects.latest('pk').pk}/undo/")


def owners() -> dict[str, str]:
    return {p.name: str(p.owner or "") for p in Partner.objects.select_related("owner")}


class TestOwner:
    def test_marked_ones_get_an_owner_and_their_old_ones_back(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        one, two, three = make("1", owner=anna), make("2"), make("3", owner=anna)
        said = act(web, one, two, act="owner", owner=ben.pk)
        assert said == "2 entries now belong to Ben Nowak."
        assert owners() == {"1": str(ben), "2": str(ben), "3": str(anna)}
        answer = undo(web)
        assert last_toast(answer) == "2 entries are as they were."
        assert owners() == {"1": str(anna), "2": "", "3": str(anna)}
        assert three.owner == anna

    def test_they_can_be_nobodys(self, web: Client, make: Make, anna: User) -> None:
        one = make("1", owner=anna)
        assert act(web, one, act="owner", owner="") == "1 entry has no owner now."
        assert owners() == {"1": ""}

    def test_it_stands_in_the_history_of_each(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        one = make("1", owner=anna)
        act(web, one, act="owner", owner=ben.pk)
        (change,) = changes(one)
        assert change.deed == Deed.CHANGED
        assert change.fields == {"owner": [str(anna), str(ben)]}
        assert change.author == anna
        undo(web)
        assert changes(one).count() == 2

    def test_it_is_a_change_of_now(self, web: Client, make: Make, ben: User) -> None:
        one = make("1")
        Partner.objects.update(changed_at=timezone.now() - timedelta(days=9))
        act(web, one, act="owner", owner=ben.pk)
        one.refresh_from_db()
        assert timezone.now() - one.changed_at < timedelta(minutes=1)

    def test_what_somebody_changed_since_stays(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        one, two = make("1"), make("2")
        act(web, one, two, act="owner", owner=ben.pk)
        Partner.objects.filter(pk=two.pk).update(owner=anna)
        assert last_toast(undo(web)) == "1 entry is as it was."
        assert owners() == {"1": "", "2": str(anna)}

    def test_those_who_have_the_owner_already_are_left_alone(
        self, web: Client, make: Make, anna: User
    ) -> None:
        one = make("1", owner=anna)
        said = act(web, one, act="owner", owner=anna.pk)
        assert said.startswith("Nothing had to be changed.")
        assert not BulkChange.objects.exists()


class TestCountry:
    def test_numbers_are_read_anew(self, web: Client, make: Make) -> None:
        one = make("1", country="DE", phone="030 1234567")
        assert find("+49301234567")
        said = act(web, one, act="country", country="AT")
        assert said == "The country of 1 entry is Austria now."
        assert not find("+49301234567")
        assert find("+43301234567")
        undo(web)
        one.refresh_from_db()
        assert one.country == "DE"
        assert find("+49301234567")


class TestDelete:
    def test_they_go_to_the_bin_and_come_back(
        self, web: Client, make: Make, anna: User
    ) -> None:
        one, _two = make("1", phone="030 1234567"), make("2")
        assert act(web, one, act="delete") == "1 entry is in the recycle bin."
        assert owners() == {"2": ""}
        assert not find("+49301234567")
        one.refresh_from_db()
        assert one.deleted_by == anna
        assert b"/restore/" in web.get("/recycle-bin/").content
        undo(web)
        assert set(owners()) == {"1", "2"}
        assert find("+49301234567")
        deeds = [change.deed for change in changes(one)]
        assert deeds == [Deed.RESTORED, Deed.DELETED]

    def test_what_was_deleted_again_since_stays_deleted(
        self, web: Client, make: Make, ben: User
    ) -> None:
        one = make("1")
        act(web, one, act="delete")
        one.refresh_from_db()
        one.restore(by=ben)
        one.move_to_bin(by=ben)
        assert last_toast(undo(web)) == "0 entries are as they were."
        assert owners() == {}


class TestWhom:
    def test_all_that_the_filters_find(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        for n in range(60):
            make(f"A{n:02}", country="AT")
        make("B", country="DE")
        said = act(web, url=f"{URL}?country=AT", all="1", act="owner", owner=ben.pk)
        assert said.startswith("60 entries")
        assert owners()["B"] == ""

    def test_a_filter_that_is_none_any_more_reaches_nothing(
        self, web: Client, make: Make, ben: User
    ) -> None:
        make("1", owner=ben)
        make("2")
        gone = ben.pk
        ben.delete()
        said = act(web, url=f"{URL}?owner={gone}", all="1", act="delete")
        assert said.startswith("Nothing had to be changed.")
        assert set(owners()) == {"1", "2"}

    def test_only_what_one_may_see(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        anna.sees_records = Scope.OWN
        anna.save()
        mine, other = make("1", owner=anna), make("2", owner=ben)
        act(web, mine, other, act="delete")
        assert set(owners()) == {"2"}
        act(web, url=URL, all="1", act="delete")
        assert set(owners()) == {"2"}

    def test_one_can_take_back_what_one_gave_away(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        anna.sees_records = Scope.OWN
        anna.save()
        act(web, make("1", owner=anna), act="owner", owner=ben.pk)
        undo(web)
        assert owners() == {"1": str(anna)}

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"act": "x"},
            {"act": "owner", "owner": "0"},
            {"act": "owner", "owner": "x"},
            {"act": "owner", "owner": "9" * 40},
            {"act": "owner", "owner": "²"},
            {"act": "country", "country": ""},
            {"act": "country", "country": "XX"},
        ],
    )
    def test_what_is_no_act_is_refused(
        self, web: Client, make: Make, data: dict[str, str]
    ) -> None:
        said = act(web, make("1", country="DE"), **data)
        assert said.startswith("Choose what to do")
        assert not BulkChange.objects.exists()

    @pytest.mark.parametrize("marked", [[], ["x", "-1", "9" * 40, "0", "²", "\x00"]])
    def test_nothing_marked_changes_nothing(
        self, web: Client, make: Make, marked: list[str]
    ) -> None:
        make("1")
        answer = web.post(URL, {"marked": marked, "act": "delete"})
        assert last_toast(answer).startswith("Nothing had to be changed.")
        assert set(owners()) == {"1"}

    def test_it_goes_back_to_the_same_page_of_the_list(
        self, web: Client, make: Make
    ) -> None:
        answer = web.post(f"{URL}?q=a&after=x", {"marked": [make("1").pk]})
        assert answer.url == "/partners/?q=a&after=x"

    def test_undo_is_for_who_did_it_and_once(
        self, web: Client, make: Make, ben: User
    ) -> None:
        act(web, make("1"), act="delete")
        other = Client()
        other.force_login(ben)
        assert undo(other).status_code == 404
        assert undo(web).status_code == 302
        assert undo(web).status_code == 404
        assert web.get("/bulk/1/undo/").status_code == 405

    def test_who_sees_figures_alone_does_nothing(
        self, web: Client, make: Make, anna: User
    ) -> None:
        one = make("1")
        anna.role = Role.STATISTICS
        anna.save()
        answer = web.post(URL, {"marked": [one.pk], "act": "delete"})
        assert answer.status_code in {403, 404}
        assert set(owners()) == {"1"}

    def test_the_toast_offers_undo(self, web: Client, make: Make) -> None:
        answer = web.post(URL, {"marked": [make("1").pk], "act": "delete"})
        (message,) = get_messages(answer.wsgi_request)
        change = BulkChange.objects.get()
        assert toasts.undo_url(message) == (
            f"/bulk/{change.pk}/undo/?next=%2Fpartners%2F"
        )


class TestJobs:
    """What takes long."""

    @pytest.fixture(autouse=True)
    def soon_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk_views, "AT_ONCE", 2)
        monkeypatch.setattr(bulk_views, "MOST_MARKED", 3)
        monkeypatch.setattr(bulk, "BATCH", 2)

    def start(self, web: Client, url: str = URL, **data: Any) -> Job:
        answer = web.post(url, {"all": "1", **data})
        job = Job.objects.latest("pk")
        assert answer.url == job.get_absolute_url()
        return job

    def run(self, job: Job) -> Job:
        run_job(job.pk)
        job.refresh_from_db()
        return job

    def test_many_are_changed_by_a_job_and_back_again(
        self, web: Client, make: Make, ben: User
    ) -> None:
        for name in "12345":
            make(name)
        job = self.start(web, act="owner", owner=ben.pk)
        assert set(owners().values()) == {""}
        self.run(job)
        assert job.state == State.DONE
        assert set(owners().values()) == {str(ben)}
        assert bulk_jobs.said(job) == "5 entries now belong to Ben Nowak."
        assert undo_job(job)
        self.run(job)
        assert set(owners().values()) == {""}
        assert bulk_jobs.said(job) == "5 entries are as they were."

    def test_a_few_more_than_go_at_once_are_those_of_the_moment(
        self, web: Client, make: Make, ben: User
    ) -> None:
        for name in "123":
            make(name)
        job = self.start(web, act="owner", owner=ben.pk)
        make("later")
        self.run(job)
        assert owners() == {"1": str(ben), "2": str(ben), "3": str(ben), "later": ""}

    def test_it_reaches_only_what_its_filters_find_and_the_user_may_see(
        self, web: Client, make: Make, anna: User, ben: User
    ) -> None:
        anna.sees_records = Scope.OWN
        anna.save()
        for name in "12345":
            make(f"A{name}", country="AT", owner=anna)
        make("B", country="DE", owner=anna)
        make("C", country="AT", owner=ben)
        self.run(self.start(web, url=f"{URL}?country=AT", act="delete"))
        assert set(owners()) == {"B", "C"}

    def test_none_is_done_twice_when_two_have_the_same_job(
        self, web: Client, make: Make, anna: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in "12345":
            make(name)
        job = self.start(web, act="delete")
        change = BulkChange.objects.get(pk=job.parameters["change"])
        bulk.plan(change, [partner.pk for partner in Partner.objects.all()])
        carry_out(change, lambda done: carry_out(change))
        assert bulk.count_of(change) == 5
        assert Change.objects.filter(deed=Deed.DELETED).count() == 5

    def test_an_undo_that_was_interrupted_counts_all_of_it(
        self, web: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in "12345":
            make(name)
        job = self.run(self.start(web, act="delete"))
        assert undo_job(job)
        with monkeypatch.context() as patch:
            patch.setattr(restoring, "note_made", fails_the_second_time())
            self.run(job)
        assert job.state == State.FAILED
        assert len(owners()) == 2
        assert start_again(job)
        self.run(job)
        assert len(owners()) == 5
        assert bulk_jobs.said(job) == "5 entries are as they were."

    def test_an_interrupted_one_goes_on_where_it_was(
        self, web: Client, make: Make, anna: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in "12345":
            make(name)
        job = self.start(web, act="delete")
        with monkeypatch.context() as patch:
            patch.setattr(bulk, "note_made", fails_the_second_time())
            self.run(job)
        assert job.state == State.FAILED
        assert len(owners()) == 3
        assert start_again(job)
        self.run(job)
        assert owners() == {}
        assert bulk_jobs.said(job) == "5 entries are in the recycle bin."

    def test_what_is_too_long_ago_says_so(self, web: Client, make: Make) -> None:
        for name in "123":
            make(name)
        job = self.run(self.start(web, act="delete"))
        BulkChange.objects.all().delete()
        assert undo_job(job)
        assert self.run(job).message == "It is too long ago to be taken back."

    def test_the_list_of_jobs_outlives_what_is_kept_for_undo(
        self, web: Client, make: Make, anna: User
    ) -> None:
        for name in "123":
            make(name)
        job = self.run(self.start(web, act="delete"))
        BulkChange.objects.update(made_at=timezone.now() - timedelta(days=8))
        begin(anna, PARTNERS, wanted("delete", ""))
        for url in ("/jobs/", job.get_absolute_url()):
            assert "3 entries are in the recycle bin." in web.get(url).text

    def test_the_list_of_jobs_reads_no_records(
        self, web: Client, make: Make, ben: User
    ) -> None:
        for name in "123":
            make(name)
        self.run(self.start(web, act="owner", owner=ben.pk))
        with CaptureQueriesContext(connection) as queries:
            assert "3 entries now belong to Ben Nowak." in web.get("/jobs/").text
        assert not any("bulkchange" in query["sql"] for query in queries)

    def test_a_cancelled_one_says_what_it_did(
        self, web: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in "12345":
            make(name)
        monkeypatch.setattr("crmplus.jobs.running.TOLD_EVERY", 0)
        monkeypatch.setattr(bulk, "note_made", cancels)
        job = self.run(self.start(web, act="delete"))
        assert job.state == State.CANCELLED
        assert bulk_jobs.said(job) == "2 entries are in the recycle bin."


def cancels(records: Any, **values: Any) -> int:
    Job.objects.update(cancel_asked=True)
    return note_made(records, **values)


def fails_the_second_time() -> Callable[..., int]:
    calls = []

    def note(records: Any, **values: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the power went off")
        return note_made(records, **values)

    return note


@pytest.mark.django_db
def test_what_is_kept_for_undo_does_not_grow_without_end(anna: User) -> None:
    old = begin(anna, PARTNERS, wanted("delete", ""))
    BulkChange.objects.update(made_at=timezone.now() - timedelta(days=8))
    new = begin(anna, PARTNERS, wanted("delete", ""))
    assert list(BulkChange.objects.all()) == [new]
    assert old.pk != new.pk


def planned(user: User, what: Wanted, ids: list[int]) -> BulkChange:
    change = begin(user, PARTNERS, what)
    plan(change, ids)
    return change


@pytest.mark.django_db
def test_progress_is_told_after_each_batch(
    anna: User, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    ids = [make(name).pk for name in "12345"]
    told: list[int] = []
    carry_out(planned(anna, wanted("delete", ""), ids), told.append)
    assert told == [2, 4, 5]


@pytest.mark.django_db
@pytest.mark.parametrize("data", [("owner", "me"), ("country", "AT"), ("delete", "")])
def test_a_batch_costs_as_many_queries_as_one_record(
    anna: User, make: Make, data: tuple[str, str]
) -> None:
    what = wanted(data[0], str(anna.pk) if data[1] == "me" else data[1])
    costs = []
    for count in (1, 40):
        ids = [make(f"{n}", phone=f"030 12345{n:02}").pk for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            carry_out(planned(anna, what, ids))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_an_owner_who_left_is_none(db: None, anna: User) -> None:
    anna.is_active = False
    anna.save()
    with pytest.raises(CannotActError):
        wanted("owner", str(anna.pk))


def test_what_somebody_owned_who_left_is_found_and_given_to_another(
    web: Client, make: Make, ben: User
) -> None:
    make("1", owner=ben)
    make("2")
    User.objects.filter(pk=ben.pk).update(is_active=False)
    page = web.get("/partners/", {"owner": ben.pk})
    assert [row.name for row in page.context["page"].rows] == ["1"]
    assert "Ben Nowak · locked" in page.text


class Undone(TestCase):
    """Whatever is done to whom, undoing leaves all as it was."""

    @hypothesis_settings(max_examples=examples(25))
    @given(
        st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from(["", "DE", "AT"])),
            min_size=1,
            max_size=9,
        ),
        st.sampled_from([*BulkAct]),
        st.integers(1, 4),
    )
    def test_undo_gives_back_what_was(
        self, rows: list[tuple[int, str]], what: BulkAct, size: int
    ) -> None:
        users = [None, *(User.objects.create(username=n) for n in "ab")]
        user = users[1]
        assert user is not None
        for owner, country in rows:
            Contact.objects.create(last_name="A", owner=users[owner], country=country)
        fields = ("pk", "owner", "country", "deleted_at", "deleted_by")
        before = list(Contact.all_objects.order_by("pk").values_list(*fields))
        values = {BulkAct.OWNER: str(user.pk), BulkAct.COUNTRY: "AT"}
        act_ = wanted(what, values.get(what, ""))
        ids = [row.pk for row in concerned(Contact.objects.all(), act_)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bulk, "BATCH", size)
            change = begin(user, CONTACTS, act_)
            plan(change, ids)
            carry_out(change)
            assert bulk.count_of(change) == len(ids)
            assert not concerned(Contact.objects.all(), act_)
            assert take_back(change) == len(ids)
        after = list(Contact.all_objects.order_by("pk").values_list(*fields))
        assert after == before
