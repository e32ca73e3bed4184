"""Whose calls pop up for whom else, and who may see them afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmplus.accounts.models import User
from pbxmanager.concerning import Key
from pbxmanager.following_up import follow_up
from pbxmanager.missed_list import count_open, entries, visible_missed, with_call
from pbxmanager.models import Call
from pbxmanager.privacy import set_private
from pbxmanager.signals import call_changed
from pbxmanager.tables import lines
from pbxmanager.visibility import call_for, people_of, visible_calls
from pbxmanager.workplace import calls, routing, shifts
from pbxmanager.workplace.models import (
    CallShare,
    Group,
    Membership,
    Pause,
    Reason,
    Status,
    Workplace,
)
from pbxmanager.workplace.on_behalf import dialled_for, give_to_boss, may_dial_for
from softphone_connector.availability import set_disturb
from softphone_connector.dial import dial
from softphone_connector.popup import snapshot
from tests.pbxmanager.workplace.conftest import deputy, group
from tests.softphone_connector.talking import JULIA, queries, tell

People = dict[str, User]
AS_A_SCRIPT = {"Accept": "application/json"}


def changed(call: Call) -> Call:
    """A call whose change is told, as it is after each commit."""
    call_changed.send(sender=Call, call=call, merged=[])
    return call


def rings(extension: str, number: str = JULIA, **given: object) -> Call:
    return changed(tell("ringing", extension, number, **given))


def got(call: Call) -> set[str]:
    shares = CallShare.objects.filter(call=call).select_related("user")
    return {share.user.username for share in shares}


def pops_up(user: User) -> dict[str, bool]:
    """The cards of a user, and which are held back."""
    return {one["key"]: one["quiet"] for one in snapshot(user.pk)}


def test_a_groups_call_goes_to_members_who_are_signed_in(
    people: People, sales: Group
) -> None:
    call = rings("600")
    assert got(call) == {"ben"}
    assert people_of(call) == {people["ben"].pk}
    assert pops_up(people["ben"]) == {str(call.uid): False}
    assert pops_up(people["carl"]) == pops_up(people["anna"]) == {}


def test_all_members_get_it_where_nobody_signs_in(people: People, sales: Group) -> None:
    Group.objects.update(needs_sign_in=False)
    assert got(rings("600")) == {"ben", "carl"}


@pytest.mark.parametrize(
    "status", [one for one in Status if one is not Status.AVAILABLE]
)
def test_only_who_is_available_gets_it(
    people: People, sales: Group, status: Status
) -> None:
    pause = Pause.objects.create(name="Lunch") if status is Status.PAUSE else None
    if status is Status.WRAP_UP:
        until = timezone.now() + timedelta(minutes=1)
        Workplace.objects.create(user=people["ben"], status=status, until=until)
    else:
        shifts.change(people["ben"].pk, status, pause)
    assert got(rings("600")) == set()


def test_who_becomes_available_gets_what_rings(
    people: People, sales: Group, django_capture_on_commit_callbacks
) -> None:
    ben = people["ben"]
    shifts.change(ben.pk, Status.NOT_AVAILABLE)
    call = rings("600")
    with django_capture_on_commit_callbacks(execute=True):
        shifts.change(ben.pk, Status.AVAILABLE)
    assert got(call) == {"ben"}
    with django_capture_on_commit_callbacks(execute=True):
        assert shifts.sign_in_to(people["carl"].pk, sales.pk, True)
    assert got(call) == {"ben", "carl"}


def test_what_somebody_has_taken_is_offered_to_nobody_else(
    people: People, sales: Group, django_capture_on_commit_callbacks
) -> None:
    tell("ringing", "600", JULIA, call_id="c")
    call = changed(tell("connected", "600", JULIA, call_id="c"))
    with django_capture_on_commit_callbacks(execute=True):
        shifts.sign_in_to(people["carl"].pk, sales.pk, True)
    assert "carl" not in got(call)


def test_whose_own_phone_rings_needs_no_part(people: People, sales: Group) -> None:
    tell("ringing", "600", JULIA, call_id="c", source="key:9")
    call = changed(tell("ringing", "202", JULIA, call_id="c", source="key:9"))
    assert got(call) == set()
    assert list(pops_up(people["ben"])) == [str(call.uid)]


def test_do_not_disturb_holds_a_groups_card_back(people: People, sales: Group) -> None:
    set_disturb(people["ben"], True)
    call = rings("600")
    assert pops_up(people["ben"]) == {str(call.uid): True}


def test_who_got_the_popup_may_see_the_call(people: People, sales: Group) -> None:
    call = rings("600")
    ben, carl = people["ben"], people["carl"]
    assert call_for(ben, call.uid) == call
    assert call_for(carl, call.uid) is None
    assert list(visible_calls(ben)) == [call]
    # Also when the group is gone, and Ben has left it.
    sales.memberships.all().delete()
    sales.move_to_bin(by=people["karin"])
    assert call_for(ben, call.uid) == call


def test_a_deleted_group_routes_nothing(people: People, sales: Group) -> None:
    sales.move_to_bin(by=people["karin"])
    assert got(rings("600")) == set()
    sales.restore()
    assert got(rings("600", "+493023125177")) == {"ben"}


def test_a_bosss_call_goes_to_a_deputy_who_is_signed_in(people: People) -> None:
    deputy(people["anna"], people["ben"])
    deputy(people["anna"], people["carl"], is_signed_in=False)
    call = rings("301")
    assert got(call) == {"ben"}
    assert CallShare.objects.get().boss == people["anna"]
    assert list(pops_up(people["ben"])) == [str(call.uid)]


def test_what_a_boss_dials_is_theirs_alone(people: People) -> None:
    deputy(people["anna"], people["ben"])
    assert got(rings("201", direction="outbound")) == set()


def test_a_deputy_gets_nothing_during_a_break(people: People) -> None:
    deputy(people["anna"], people["ben"])
    shifts.change(people["ben"].pk, Status.NOT_AVAILABLE)
    assert got(rings("201")) == set()


def test_a_deputy_in_the_group_is_told_whose_call_it_is(
    people: People, sales: Group
) -> None:
    deputy(people["anna"], people["ben"])
    tell("ringing", "600", JULIA, call_id="c", source="key:9")
    changed(tell("ringing", "201", JULIA, call_id="c", source="key:9"))
    assert CallShare.objects.get(user=people["ben"]).reason == Reason.DEPUTY


def test_a_call_joined_into_another_takes_its_people_along(
    people: People, sales: Group
) -> None:
    """The queue (600) rang a while after Anna, who then took the call."""
    began = timezone.now() - timedelta(seconds=30)
    first = tell("ringing", "201", JULIA, call_id="a", at=began)
    queue = {"call_id": "q", "source": "key:9"}
    late = began + timedelta(seconds=10)
    second = changed(tell("ringing", "600", JULIA, at=late, **queue))
    assert (second != first, got(second)) == (True, {"ben"})
    shifts.change(people["ben"].pk, Status.NOT_AVAILABLE)

    taken = began + timedelta(seconds=20)
    tell("connected", "201", JULIA, call_id="a", at=taken)
    joined = changed(tell("missed", "600", JULIA, at=taken, **queue))
    assert joined == first
    assert got(joined) == {"ben"}
    assert call_for(people["ben"], second.uid) == joined


def test_a_part_in_both_of_two_joined_calls_is_one(
    people: People, sales: Group
) -> None:
    one, other = rings("600"), rings("600", "+493023125177")
    routing.move(other.pk, one.pk)
    assert (got(one), got(other)) == ({"ben"}, {"ben"})


def test_who_got_the_popup_sees_that_it_was_missed(
    people: People, sales: Group
) -> None:
    ben, carl = people["ben"], people["carl"]
    rings("600", call_id="c")
    changed(tell("missed", "600", JULIA, call_id="c"))
    follow_up([Key(JULIA)])
    assert (count_open(ben), count_open(carl)) == (1, 0)
    [entry] = entries(list(with_call(visible_missed(ben))), ben)
    assert (entry.rang, entry.rang_at) == (["600"], ["600"])
    set_private(entry.row.call, private=True)
    assert count_open(ben) == 1


def test_a_card_goes_once_a_colleague_has_taken_it(
    people: People, sales: Group
) -> None:
    tell("ringing", "600", JULIA, call_id="c", source="key:9")
    call = rings("600", JULIA, call_id="c", source="key:9")
    tell("ringing", "201", JULIA, call_id="c", source="key:9")
    tell("connected", "201", JULIA, call_id="c", source="key:9")
    assert list(pops_up(people["ben"])) == [str(call.uid)]
    Call.objects.update(connected_at=timezone.now() - timedelta(minutes=2))
    assert pops_up(people["ben"]) == {}


class TestTheEventEndpoint:
    """What groups cost the thread that answers a phone."""

    def test_asks_nothing_more_without_groups(self, people: People) -> None:
        call = tell("ringing", "201")
        assert queries(lambda: told(call)) == 0

    def test_asks_once_more_for_calls_that_are_no_groups(
        self, people: People, sales: Group
    ) -> None:
        call = tell("ringing", "201")
        kept(routing.routes())
        assert queries(lambda: told(call)) == 1
        assert queries(lambda: told(tell_end(call))) <= 1

    def test_asks_four_times_for_a_groups_first_ringing(
        self, people: People, sales: Group
    ) -> None:
        call = tell("ringing", "600")
        kept(routing.routes())
        # Legs, who had it, members, and what they got.
        assert queries(lambda: told(call)) == 4
        assert queries(lambda: told(call)) == 3

    def test_does_not_ask_more_for_many_members(
        self, people: People, sales: Group
    ) -> None:
        for number in range(30):
            user = User.objects.create(username=f"member{number}")
            Membership.objects.create(group=sales, user=user, is_signed_in=True)
        call = tell("ringing", "600")
        kept(routing.routes())
        assert queries(lambda: told(call)) == 4
        assert len(got(call)) == 31


def told(call: Call) -> None:
    """Tell the workplace alone of a call."""
    calls.on_call_changed(sender=Call, call=call, merged=[])


def tell_end(call: Call) -> Call:
    call.status = "connected"
    return call


def kept(routes: routing.Routes) -> None:
    """Keep what servers keep for seconds; a test's transaction would not."""
    routing.routes._kept = (float("inf"), routes)
    routing.any_shares._kept = (float("inf"), True)


class TestDiallingForABoss:
    def test_is_noted_and_the_boss_sees_it(self, people: People) -> None:
        anna, ben = people["anna"], people["ben"]
        deputy(anna, ben, is_signed_in=False)
        assert not shifts.dial_for(ben.pk, anna.pk)
        shifts.stand_in_for(ben.pk, anna.pk, True)
        assert shifts.dial_for(ben.pk, anna.pk)
        call = dial(ben, JULIA).call
        assert dialled_for([call.pk]) == {call.pk: str(anna)}
        assert call_for(anna, call.uid) == call
        [line] = lines([call], anna)
        assert line.dialled_for == str(anna)
        # It is no call of theirs to be told of.
        assert pops_up(anna) == {}
        shifts.stand_in_for(ben.pk, anna.pk, False)
        assert dialled_for([dial(ben, "+493023125180").call.pk]) == {}

    def test_a_click_can_be_put_in_the_name_of_a_boss_and_back(
        self, people: People
    ) -> None:
        anna, ben = people["anna"], people["ben"]
        deputy(anna, ben)
        web = Client()
        web.force_login(ben)
        url = reverse("softphone_connector:dial")
        answer = web.post(url, {"number": JULIA}).json()
        [offer] = answer["for"]
        assert offer["text"] == f"In the name of {anna}"
        call = Call.objects.get(uid=answer["call"])
        told = web.post(offer["url"], {"boss": offer["boss"]}, headers=AS_A_SCRIPT)
        assert dialled_for([call.pk]) == {call.pk: str(anna)}
        assert call_for(anna, call.uid) == call
        web.post(offer["url"], told.json()["undo"], headers=AS_A_SCRIPT)
        assert dialled_for([call.pk]) == {}

    def test_who_dials_for_a_boss_anyway_is_not_asked(self, people: People) -> None:
        anna, ben = people["anna"], people["ben"]
        deputy(anna, ben)
        assert may_dial_for(ben.pk) == [anna]
        assert may_dial_for(anna.pk) == []
        assert shifts.dial_for(ben.pk, anna.pk)
        assert may_dial_for(ben.pk) == []

    def test_only_own_clicks_and_only_for_whom_one_stands_in(
        self, people: People
    ) -> None:
        anna, ben, karin = people["anna"], people["ben"], people["karin"]
        deputy(anna, ben, is_signed_in=False)
        mine, theirs = dial(ben, JULIA).call, dial(karin, JULIA).call
        assert not give_to_boss(mine, ben.pk, anna.pk)
        shifts.stand_in_for(ben.pk, anna.pk, True)
        assert not give_to_boss(theirs, ben.pk, anna.pk)
        assert not give_to_boss(mine, ben.pk, karin.pk)
        assert not give_to_boss(mine, ben.pk, anna.pk, back=True)
        assert give_to_boss(mine, ben.pk, anna.pk)
        web = Client()
        web.force_login(ben)
        url = reverse("softphone_connector:for-boss", args=[mine.uid])
        assert web.post(url, {"boss": "x"}).status_code == 404

    def test_one_dials_for_one_boss_at_a_time(self, people: People) -> None:
        ben = people["ben"]
        first, second = deputy(people["anna"], ben), deputy(people["carl"], ben)
        for boss in (people["anna"], people["carl"]):
            assert shifts.dial_for(ben.pk, boss.pk)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.dials, second.dials) == (False, True)
        assert shifts.dial_for(ben.pk, None)
        second.refresh_from_db()
        assert not second.dials


class TestWrapUp:
    def talk(self, *, group_number: str = "600") -> Call:
        for extension in (group_number, "202"):
            tell("ringing", extension, JULIA, call_id="c", source="key:9")
        tell("connected", "202", JULIA, call_id="c", source="key:9")
        return tell("ended", "202", JULIA, call_id="c", source="key:9")

    def test_begins_after_a_groups_call_for_who_took_it(
        self, people: People, sales: Group
    ) -> None:
        Group.objects.update(wrap_up=30)
        call = changed(self.talk())
        place = Workplace.objects.get()
        assert (place.user, place.status) == (people["ben"], Status.WRAP_UP)
        assert call.ended_at is not None
        assert place.until == call.ended_at + timedelta(seconds=30)
        assert got(rings("600", "+493023125190")) == set()

    def test_does_not_come_back_when_one_comments_on_the_call(
        self, people: People, sales: Group
    ) -> None:
        Group.objects.update(wrap_up=30)
        call = changed(self.talk())
        shifts.change(people["ben"].pk, Status.AVAILABLE)
        changed(call)
        assert Workplace.objects.get().status == Status.AVAILABLE

    @pytest.mark.parametrize(("seconds", "number"), [(0, "600"), (30, "699")])
    def test_is_not_where_none_is_set_or_it_was_no_groups_call(
        self, people: People, sales: Group, seconds: int, number: str
    ) -> None:
        Group.objects.update(wrap_up=seconds)
        changed(self.talk(group_number=number))
        assert not Workplace.objects.filter(status=Status.WRAP_UP).exists()


def test_two_groups_can_share_a_number(people: People, sales: Group) -> None:
    group("Service", "600", {people["anna"]: True})
    assert got(rings("600")) == {"anna", "ben"}
