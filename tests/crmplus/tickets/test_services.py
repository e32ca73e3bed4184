"""What other apps call: making, changing, doing and asking for work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crmplus.accounts.models import Role, Scope, Team, User
from crmplus.tickets import attached, services
from crmplus.tickets.models import Activity, Kind, Reference, Status, Ticket
from crmplus.tickets.signals import activity_changed, ticket_changed
from crmplus.tickets.writing import EmptySubjectError
from crmplus.timeline.changes import changes

NUMBER = "030 23125101"
PARTY = "+493023125101"
SOON = timezone.now() + timedelta(hours=1)
HOSTILE = "<script>\x00\u202e=1+1"


def ticket(by: User, subject: str = "Toner", **more: Any) -> Ticket:
    return services.create_ticket(by, subject, **more)


def task(by: User, subject: str = "Call them", **more: Any) -> Activity:
    more.setdefault("due", SOON)
    return services.create_activity(by, Kind.TASK, subject, **more)


class TestTicket:
    def test_is_open_and_nobodys_at_first(self, anna: User) -> None:
        made = ticket(anna)
        assert (made.status, made.owner, made.created_by) == (Status.OPEN, None, anna)

    @pytest.mark.parametrize("subject", ["", " \n", "\u200b", "\x00"])
    def test_needs_a_subject(self, anna: User, subject: str) -> None:
        with pytest.raises(EmptySubjectError):
            ticket(anna, subject)

    def test_keeps_hostile_text_as_text(self, anna: User) -> None:
        made = ticket(anna, HOSTILE + "x" * 300, description="a\x00b")
        made.refresh_from_db()
        assert made.subject.startswith("<script>=1+1")
        assert len(made.subject) == 200
        assert made.description == "ab"

    def test_says_who_closed_it_and_when(self, anna: User, ben: User) -> None:
        made = ticket(anna)
        services.change_ticket(made, ben, status=Status.CLOSED)
        made.refresh_from_db()
        assert made.closed_by == ben
        assert made.closed_at is not None

    def test_opened_again_was_never_closed(self, anna: User) -> None:
        made = ticket(anna)
        services.change_ticket(made, anna, status=Status.CLOSED)
        services.change_ticket(made, anna, status=Status.WAITING)
        made.refresh_from_db()
        assert (made.closed_by, made.closed_at) == (None, None)

    def test_that_two_close_at_once_was_closed_by_the_first(
        self, anna: User, ben: User
    ) -> None:
        made = ticket(anna)
        as_ben_saw_it = Ticket.objects.get(pk=made.pk)
        assert services.change_ticket(made, anna, status=Status.CLOSED) == ["status"]
        assert services.change_ticket(as_ben_saw_it, ben, status=Status.CLOSED) == []
        assert as_ben_saw_it.closed_by == anna
        assert changes("ticket", made.pk).filter(author=ben).count() == 0

    def test_that_two_change_keeps_both_changes(self, anna: User, ben: User) -> None:
        made = ticket(anna)
        as_ben_saw_it = Ticket.objects.get(pk=made.pk)
        services.change_ticket(made, anna, owner=anna)
        services.change_ticket(as_ben_saw_it, ben, priority=3)
        made.refresh_from_db()
        assert (made.owner, made.priority) == (anna, 3)

    def test_notes_what_was_changed(self, anna: User, about: Reference) -> None:
        made = ticket(anna)
        services.change_ticket(made, anna, owner=anna, target=about, due_at=SOON)
        newest = changes("ticket", made.pk)[0]
        assert newest.fields == {
            "owner": ["", "Anna Berger"],
            "target": ["", f"contacts:{about[1]}"],
            "due_at": ["", SOON.isoformat()],
        }

    def test_without_due_time_is_sorted_behind_the_others(self, anna: User) -> None:
        later = ticket(anna, due=SOON)
        never = ticket(anna)
        assert list(Ticket.objects.order_by("due_order")) == [later, never]
        services.change_ticket(later, anna, due_at=None)
        later.refresh_from_db()
        assert later.due_order == never.due_order


class TestActivity:
    def test_is_for_who_writes_it(self, anna: User) -> None:
        assert task(anna).owner == anna

    def test_of_a_ticket_is_about_the_same_record(
        self, anna: User, about: Reference
    ) -> None:
        assert task(anna, ticket=ticket(anna, target=about)).target == about

    def test_knows_its_number_in_every_notation(self, anna: User) -> None:
        made = services.schedule_call_back(anna, NUMBER, SOON)
        assert (made.number, made.party, made.e164) == (NUMBER, PARTY, PARTY)

    @pytest.mark.parametrize("number", ["nonsense\x00", "9" * 500, "=cmd()", "201"])
    def test_takes_any_number(self, anna: User, number: str) -> None:
        made = services.schedule_call_back(anna, number, SOON)
        made.refresh_from_db()
        assert len(made.number) <= 64
        assert made.e164 == ""

    def test_is_done_once(self, anna: User, ben: User) -> None:
        made = task(anna)
        as_ben_saw_it = Activity.objects.get(pk=made.pk)
        assert services.mark_done(made, anna)
        assert not services.mark_done(as_ben_saw_it, ben)
        assert as_ben_saw_it.done_by == anna

    def test_can_be_taken_back(self, anna: User) -> None:
        made = task(anna)
        services.mark_done(made, anna)
        services.reopen(made, anna)
        made.refresh_from_db()
        assert (made.done_at, made.done_by) == (None, None)

    def test_that_is_put_off_reminds_again(self, anna: User) -> None:
        made = task(anna)
        Activity.objects.update(reminded_at=SOON)
        made.refresh_from_db()
        services.postpone(made, anna, SOON + timedelta(hours=1))
        assert made.reminded_at is None

    def test_that_gets_other_words_does_not_remind_again(self, anna: User) -> None:
        made = task(anna)
        Activity.objects.update(reminded_at=SOON)
        made.refresh_from_db()
        services.change_activity(made, anna, subject="Write them", due_at=SOON)
        assert made.reminded_at == SOON


class TestCallBacks:
    def test_to_the_number_are_done(self, anna: User, ben: User) -> None:
        mine = services.schedule_call_back(anna, NUMBER, SOON)
        other = services.schedule_call_back(anna, "030 555", SOON)
        now = timezone.now()
        assert services.close_call_backs(ben, now, party=PARTY) == [mine]
        mine.refresh_from_db()
        other.refresh_from_db()
        assert (mine.done_by, mine.done_at, other.done_at) == (ben, now, None)

    def test_to_the_record_are_done(self, anna: User, about: Reference) -> None:
        made = services.schedule_call_back(anna, "", SOON, target=about)
        done = services.close_call_backs(anna, timezone.now(), targets=[about])
        assert done == [made]

    def test_made_since_stay(self, anna: User) -> None:
        services.schedule_call_back(anna, NUMBER, SOON)
        before = timezone.now() - timedelta(minutes=1)
        assert services.close_call_backs(anna, before, party=PARTY) == []

    def test_to_nobody_are_none(self, anna: User) -> None:
        services.schedule_call_back(anna, "", SOON)
        assert services.close_call_backs(anna, timezone.now(), party="") == []

    def test_are_not_tasks(self, anna: User, about: Reference) -> None:
        task(anna, target=about)
        assert services.close_call_backs(anna, timezone.now(), targets=[about]) == []


class TestAsking:
    def test_for_many_records_takes_one_query(
        self,
        anna: User,
        about: Reference,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        made = ticket(anna, target=about, owner=anna)
        ticket(anna, target=("leads", 1))
        services.change_ticket(ticket(anna, target=about), anna, status=Status.CLOSED)
        wanted = [about, *(("leads", key) for key in range(2, 40))]
        with django_assert_num_queries(1):
            found = services.open_tickets_of(wanted, anna)
        assert found == {about: [made]}
        with django_assert_num_queries(0):
            assert str(found[about][0].owner) == "Anna Berger"

    def test_for_activities_of_records(self, anna: User, about: Reference) -> None:
        made = task(anna, target=about)
        services.mark_done(task(anna, target=about), anna)
        assert services.open_activities_of([about], anna) == {about: [made]}

    def test_for_nobody_asks_nothing(
        self, anna: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            assert services.open_tickets_of([], anna) == {}
            assert services.open_activities_of([], anna) == {}
            assert services.open_call_backs(["", ""], anna) == {}

    def test_for_call_backs_to_numbers(self, anna: User) -> None:
        made = services.schedule_call_back(anna, NUMBER, SOON)
        assert services.open_call_backs([PARTY, "+1"], anna) == {PARTY: [made]}

    def test_for_what_came_from_a_call(self, anna: User) -> None:
        made, todo = ticket(anna, call=7), task(anna, call=7)
        found = services.work_on_call(7, anna)
        assert (found.tickets, found.activities) == ([made], [todo])
        assert not services.work_on_call(8, anna)


class TestVisibility:
    def test_of_own_work(self, anna: User, own: User) -> None:
        mine, nobodys = ticket(anna, owner=own), ticket(anna)
        written, hidden = ticket(own, owner=anna), ticket(anna, owner=anna)
        seen = set(services.visible_tickets(own))
        assert seen == {mine, nobodys, written}
        assert hidden in services.visible_tickets(anna)

    def test_of_the_team(self, anna: User, ben: User, own: User) -> None:
        anna.team = own.team = Team.objects.create(name="Sales")
        own.sees_records = Scope.TEAM
        anna.save()
        own.save()
        theirs = task(anna)
        task(ben)
        assert list(services.visible_activities(own)) == [theirs]

    def test_of_who_sees_figures_alone(self, anna: User, about: Reference) -> None:
        boss = User.objects.create_user("boss", role=Role.STATISTICS)
        ticket(boss, target=about)
        task(boss, target=about)
        assert not services.visible_tickets(boss).exists()
        assert not services.visible_activities(boss).exists()
        assert services.open_tickets_of([about], boss) == {}


class TestMoving:
    def test_calls_takes_what_came_from_them_along(self, anna: User) -> None:
        made, todo = ticket(anna, call=7), task(anna, call=7)
        made.move_to_bin(by=anna)
        services.move_call(7, 8)
        made.refresh_from_db()
        todo.refresh_from_db()
        assert (made.call, todo.call) == (8, 8)

    def test_records_can_be_taken_back(self, anna: User) -> None:
        moved, there = (
            ticket(anna, target=("leads", 1)),
            task(anna, target=("leads", 1)),
        )
        stays = ticket(anna, target=("contacts", 5))
        kept = attached.move(("leads", 1), ("contacts", 5))
        moved.refresh_from_db()
        assert moved.target == ("contacts", 5)
        attached.take_back(("leads", 1), ("contacts", 5), kept)
        for one in (moved, there, stays):
            one.refresh_from_db()
        assert moved.target == there.target == ("leads", 1)
        assert stays.target == ("contacts", 5)

    def test_records_deleted_for_good_leave_tickets_about_nobody(
        self, anna: User
    ) -> None:
        made = ticket(anna, target=("leads", 1))
        attached.forget("leads", [1])
        made.refresh_from_db()
        assert made.target is None


@pytest.mark.django_db(transaction=True)
def test_others_hear_of_changes_after_commit() -> None:
    heard = []

    def listen(by: User | None, given: bool, **signal: Any) -> None:
        heard.append((by, given))

    ticket_changed.connect(listen)
    activity_changed.connect(listen)
    try:
        anna = User.objects.create_user("anna")
        services.change_ticket(ticket(anna), anna, priority=3)
        services.mark_done(task(anna), anna)
    finally:
        ticket_changed.disconnect(listen)
        activity_changed.disconnect(listen)
    assert heard == [(anna, True), (anna, False), (anna, True), (anna, False)]
