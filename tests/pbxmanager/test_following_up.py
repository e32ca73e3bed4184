"""The missed list is a function of the calls, however they come to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crmplus.phonebook.models import PhoneIndex, pack
from crmplus.phonebook.slots import slots_of
from crmplus.records.models import Contact, Organisation
from pbxmanager import afterwards
from pbxmanager.afterwards import Pending, turn
from pbxmanager.concerning import Key, bearing
from pbxmanager.events import CallEvent, Cause, Direction, EventKind
from pbxmanager.following_up import follow_up, look_after, rebuild
from pbxmanager.housekeeping import give_up_overdue
from pbxmanager.missed_actions import tick_off
from pbxmanager.models import Call, MissedCaller, MissedPart
from pbxmanager.parties import source_of
from pbxmanager.recorder import Refused, record
from tests.pbxmanager import cast
from tests.pbxmanager.office import JULIA, NOON, STRANGER, Office, make_office, queries
from tests.pbxmanager.test_properties import call_events
from tests.support.examples import examples

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def pending(monkeypatch: pytest.MonkeyPatch) -> Pending:
    """Nothing is left over from another test."""
    fresh = Pending()
    monkeypatch.setattr(afterwards, "pending", fresh)
    return fresh


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Berlin"):
        yield make_office()


def followed() -> list[dict[str, Any]]:
    """What the list says of each caller, without keys and versions."""
    found = []
    for row in MissedCaller.objects.order_by("party", "call_id"):
        parts = row.parts.order_by("extension", "user_id")
        found.append(
            {
                "party": row.party,
                "call": row.call_id,
                "first": row.first_at,
                "last": row.last_at,
                "tries": row.tries,
                "open": row.is_open,
                "reached": (row.reached_at, row.reached_by_id),
                "parts": list(parts.values_list("extension", "user_id", "is_open")),
            }
        )
    return found


def the_entry() -> MissedCaller:
    rebuild()
    return MissedCaller.objects.get()


@pytest.mark.thorough
class TestWhatClosesAnEntry:
    def test_however_often_they_try_it_is_one_entry(self, office: Office) -> None:
        for minute in (0, 3, 7):
            office.call("201", at=NOON - minute * MINUTE, talk=None)

        entry = the_entry()
        assert (entry.tries, entry.is_open) == (3, True)
        assert entry.first_at == NOON - 7 * MINUTE
        assert entry.last_at == NOON

    @pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.OUTBOUND])
    def test_a_later_talk_by_anybody_closes_it(
        self, office: Office, direction: Direction
    ) -> None:
        office.call("201", at=NOON - 9 * MINUTE, talk=None)
        talk = office.call("202", direction=direction, at=NOON - 5 * MINUTE)

        entry = the_entry()
        assert not entry.is_open
        assert entry.reached_by_id == talk.pk

    def test_trying_in_vain_does_not(self, office: Office) -> None:
        office.call("201", at=NOON - 9 * MINUTE, talk=None)
        office.call("202", direction=Direction.OUTBOUND, talk=None)

        assert the_entry().is_open

    def test_they_try_again_after_the_talk(self, office: Office) -> None:
        office.call("201", at=NOON - 9 * MINUTE, talk=None)
        office.call("202", at=NOON - 5 * MINUTE)
        office.call("202", talk=None)

        entry = the_entry()
        assert (entry.tries, entry.is_open) == (1, True)

    def test_a_talk_with_the_same_person_on_another_number(
        self, office: Office
    ) -> None:
        Contact.objects.create(last_name="Berg", mobile=JULIA, phone=STRANGER)
        office.call("201", JULIA, at=NOON - 9 * MINUTE, talk=None)
        talk = office.call("202", STRANGER, Direction.OUTBOUND)
        follow_up([Key(JULIA)])
        assert MissedCaller.objects.get().reached_by_id == talk.pk

    def test_is_heard_of_from_either_number(self, office: Office) -> None:
        Contact.objects.create(last_name="Berg", mobile=JULIA, phone=STRANGER)
        office.call("201", JULIA, at=NOON - 9 * MINUTE, talk=None)
        follow_up([Key(JULIA)])
        office.call("202", STRANGER, Direction.OUTBOUND)
        follow_up([Key(STRANGER)])

        assert not MissedCaller.objects.get().is_open

    def test_but_not_on_a_number_that_others_have_too(self, office: Office) -> None:
        Contact.objects.create(last_name="Berg", mobile=JULIA, phone=STRANGER)
        Organisation.objects.create(name="Muster GmbH", phone=STRANGER)
        office.call("201", JULIA, at=NOON - 9 * MINUTE, talk=None)
        office.call("202", STRANGER, Direction.OUTBOUND)

        assert the_entry().is_open

    def test_ticked_off_it_stays_closed_until_the_next_try(
        self, office: Office
    ) -> None:
        office.call("201", at=NOON - 9 * MINUTE, talk=None)
        tick_off(the_entry(), office.ben, "wrong number")
        entry = the_entry()
        assert (entry.is_open, entry.note) == (False, "wrong number")

        office.call("201", at=NOON + MINUTE, talk=None)
        assert the_entry().is_open


@pytest.mark.thorough
class TestWhatIsNoEntry:
    def test_calls_inside_the_house(self, office: Office) -> None:
        office.call("201", "202", Direction.INTERNAL, talk=None)
        office.call("201", "202", Direction.INBOUND, talk=None)
        rebuild()

        assert not MissedCaller.objects.exists()

    def test_a_call_in_the_bin(self, office: Office) -> None:
        call = office.call("201", talk=None)
        rebuild()
        call.move_to_bin(by=office.karin)
        follow_up([Key(STRANGER)])
        assert not MissedCaller.objects.exists()

        call.restore()
        follow_up([Key(STRANGER)])
        assert MissedCaller.objects.exists()

    def test_a_talk_in_the_bin_was_had_all_the_same(self, office: Office) -> None:
        office.call("201", at=NOON - 9 * MINUTE, talk=None)
        office.call("202").move_to_bin(by=office.karin)

        assert not the_entry().is_open


@pytest.mark.thorough
def test_anonymous_callers_are_an_entry_each(office: Office) -> None:
    for minute in (0, 3):
        office.call("201", "anonymous", at=NOON - minute * MINUTE, talk=None)
    office.call("202", "anonymous", at=NOON + MINUTE)
    rebuild()

    rows = list(MissedCaller.objects.all())
    assert [(row.party, row.tries, row.is_open) for row in rows] == [("", 1, True)] * 2


@pytest.mark.thorough
def test_it_keeps_whose_phones_rang(office: Office) -> None:
    office.call("201", at=NOON - 2 * MINUTE, talk=None)
    office.call("299", talk=None)
    rebuild()

    parts = MissedPart.objects.order_by("extension")
    assert list(parts.values_list("extension", "user")) == [
        ("201", office.anna.pk),
        ("299", None),
    ]


@pytest.mark.thorough
def test_what_a_server_left_undone_is_caught_up_with(office: Office) -> None:
    office.call("201", at=NOON - 9 * MINUTE, talk=None)
    look_after(NOON - 60 * MINUTE)
    assert MissedCaller.objects.get().is_open

    office.call("202")
    look_after(NOON - 60 * MINUTE)
    assert not MissedCaller.objects.get().is_open


@pytest.mark.thorough
@pytest.mark.parametrize("number", [STRANGER, "anonymous"])
def test_entries_of_calls_that_are_not_there_any_more_are_caught_up_with(
    office: Office, number: str
) -> None:
    """A server went down between the calls being joined and the list being told."""
    call = office.call("201", number, talk=None)
    rebuild()
    Call.objects.filter(pk=call.pk).delete()

    look_after(NOON + MINUTE)
    assert not MissedCaller.objects.exists()


@pytest.mark.thorough
def test_following_up_again_changes_nothing(office: Office) -> None:
    office.call("201", talk=None)

    assert len(follow_up([Key(STRANGER)])) == 1
    assert follow_up([Key(STRANGER)]) == []


@pytest.mark.thorough
def test_any_number_of_people_can_be_followed_up_at_once(office: Office) -> None:
    # In one query these are more conditions than SQLite takes.
    people = range(1_001)
    Contact.objects.bulk_create(Contact(last_name=f"No. {one}") for one in people)
    source = source_of("contacts")
    assert source
    slot, first = slots_of(source)["mobile"], 4915110000000
    PhoneIndex.objects.bulk_create(
        PhoneIndex(ref=pack(row.pk, slot), e164=first + number)
        for number, row in enumerate(Contact.objects.all())
    )
    office.call("201", f"+{first + 999}", talk=None)

    follow_up({Key(f"+{first + one}") for one in people})
    assert MissedCaller.objects.get().is_open


@pytest.mark.thorough
def test_an_event_asks_the_database_nothing_more_for_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = office.call("201", talk=None)

    def note() -> None:
        found = bearing(call)
        afterwards.on_call_changed(Call, call, [found.key] if found else [])

    assert queries(note) == 0
    assert afterwards.pending.take() == ({call.pk}, {Key(STRANGER)})


SOME = st.lists(call_events(), min_size=1, max_size=8)


class TestTheList(TestCase):
    """Following up after each event gives what computing all anew gives."""

    @settings(
        max_examples=examples(40),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(SOME, st.data())
    def test_is_the_same_whenever_it_is_computed(
        self, events: list[CallEvent], data: st.DataObject
    ) -> None:
        afterwards.pending.take()
        cast.people()
        again = data.draw(st.lists(st.sampled_from(events), max_size=3))
        told = data.draw(st.permutations([*events, *again]))
        with time_machine.travel(cast.at(200), tick=False):
            for number, one in enumerate(told):
                committed = self.captureOnCommitCallbacks(execute=True)
                with committed, suppress(Refused):
                    record(replace(one, received_at=cast.at(100 + number)))
                if data.draw(st.booleans()):
                    turn()
            with self.captureOnCommitCallbacks(execute=True):
                give_up_overdue(cast.at(100_000))
            turn()
        incrementally = followed()
        rebuild()
        assert followed() == incrementally
        MissedCaller.objects.all().delete()
        rebuild()
        assert followed() == incrementally


@pytest.mark.thorough
def test_a_call_that_a_late_event_shows_to_be_answered_is_missed_no_more(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    given_ = {"call_id": "late", "direction": Direction.INBOUND}
    with django_capture_on_commit_callbacks(execute=True):
        office.event(EventKind.RINGING, "201", STRANGER, **given_)
        office.event(EventKind.MISSED, "201", STRANGER, at=NOON + MINUTE, **given_)
    turn()
    assert MissedCaller.objects.get().is_open

    with django_capture_on_commit_callbacks(execute=True):
        office.event(
            EventKind.CONNECTED,
            "201",
            STRANGER,
            at=NOON + timedelta(seconds=9),
            cause=Cause.UNKNOWN,
            **given_,
        )
    turn()
    assert not MissedCaller.objects.exists()
