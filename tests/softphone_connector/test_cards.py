"""What a card says about a call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from crmplus.phonebook.choices import remember_choice
from crmplus.records.models import Contact, Lead, Organisation
from crmplus.timeline.services import add_comment
from pbxmanager.choosing import choose_match
from pbxmanager.models import Call, Extension, Status
from pbxmanager.saving import CALL
from softphone_connector.cards import card_of
from softphone_connector.notes import save_note
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import (
    JULIA,
    STRANGER,
    click,
    queries,
    talk,
    tell,
)


def contact(last_name: str = "Berg", phone: str = JULIA) -> Contact:
    return Contact.objects.create(first_name="Julia", last_name=last_name, phone=phone)


def test_a_known_number_is_named(people: Cast) -> None:
    julia = contact()
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert [match.object_id for match in card.matches] == [julia.pk]
    assert card.chosen is card.matches[0]
    assert not card.can_choose
    assert card.pretty == "+49 171 2345678"
    assert (card.region, card.place) == ("DE", "Germany")
    assert card.headline == "Inbound call · Ringing"
    assert not card.offered
    assert card.more_creators == card.creators[:2]


def test_an_unknown_number_offers_new_records_filled_in(people: Cast) -> None:
    call = tell("ringing", "201", name="Kontor & Söhne")
    card = card_of(call, people.anna)
    assert card.matches == ()
    assert card.chosen is None
    first, second = card.offered
    assert (first.label, second.label) == ("New contact", "New lead")
    assert first.url.endswith("?phone=%2B4930555444&name=Kontor+%26+S%C3%B6hne")
    assert len(card.more_creators) == len(card.creators) - 2


def test_without_a_name_only_the_number_is_filled_in(people: Cast) -> None:
    card = card_of(tell("ringing", "201"), people.anna)
    assert card.offered[0].url.endswith("?phone=%2B4930555444")


def test_several_records_wait_for_a_choice(people: Cast) -> None:
    contact("Berg")
    contact("Tal")
    call = tell("ringing", "201", JULIA)
    card = card_of(call, people.anna)
    assert card.can_choose
    assert card.chosen is None
    tal = card.matches[1]
    choose_match(call, tal.source, tal.object_id, people.anna)
    call.refresh_from_db()
    chosen = card_of(call, people.anna)
    assert chosen.matches[0] is chosen.chosen
    assert chosen.matches[0].object_id == tal.object_id


def test_the_choice_for_a_number_counts_for_later_calls(people: Cast) -> None:
    contact("Berg")
    tal = contact("Tal")
    remember_choice(JULIA, "contacts", tal.pk, people.ben)
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert card.chosen
    assert card.chosen.object_id == tal.pk
    assert card.matches[0] is card.chosen


def test_a_choice_whose_record_is_gone_decides_nothing(people: Cast) -> None:
    julia = contact()
    call = tell("ringing", "201", JULIA)
    Call.objects.filter(pk=call.pk).update(chosen_source="leads", chosen_id=99)
    call.refresh_from_db()
    card = card_of(call, people.anna)
    assert card.chosen
    assert card.chosen.object_id == julia.pk


def test_a_company_is_a_guess_and_new_records_are_offered(people: Cast) -> None:
    Organisation.objects.create(name="Muster GmbH", phone="+493023125-0")
    card = card_of(tell("ringing", "201", "+493023125417"), people.anna)
    assert [match.kind for match in card.matches] == ["company"]
    assert card.chosen is None
    assert [creator.label for creator in card.offered] == ["New contact"]


def test_an_anonymous_caller_is_nobody(people: Cast) -> None:
    contact(phone=JULIA)
    talk("201", "anonymous", ago=600)
    card = card_of(tell("ringing", "201", "anonymous"), people.anna)
    assert card.is_anonymous
    assert card.pretty == card.place == card.region == ""
    assert (card.matches, card.creators, card.history.calls) == ((), (), ())


def test_a_colleague_is_named_and_no_record_made_of_one(people: Cast) -> None:
    card = card_of(tell("ringing", "201", "202"), people.anna)
    assert card.is_internal
    assert [match.title for match in card.matches] == ["Ben"]
    assert card.pretty == "202"
    assert card.creators == card.offered == ()


def test_an_internal_number_of_nobody_makes_no_record_either(people: Cast) -> None:
    card = card_of(tell("ringing", "201", "299"), people.anna)
    assert (card.matches, card.creators) == ((), ())


def test_the_last_talk_and_the_last_words_help_to_say_hello(people: Cast) -> None:
    julia = contact()
    talked = talk("201", JULIA, ago=3600)
    missed = tell("ringing", "201", JULIA, at=timezone.now() - timedelta(hours=30))
    add_comment(CALL, missed.pk, people.ben, "older")
    add_comment("contacts", julia.pk, people.ben, "on the record")
    add_comment(CALL, talked.pk, people.ben, "newest")
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    told = [(one.call, one.look.word, one.comment) for one in card.history.calls]
    assert told == [(talked, "Ended", "newest"), (missed, "Ringing", "older")]
    assert card.history.comment
    assert card.history.comment.text == "on the record"


def test_of_many_calls_the_last_three_are_told_and_older_words_beside_them(
    people: Cast,
) -> None:
    calls = [talk("201", JULIA, ago=3600 * (number + 1)) for number in range(5)]
    add_comment(CALL, calls[4].pk, people.ben, "long ago")
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert [one.call for one in card.history.calls] == calls[:3]
    assert card.history.comment
    assert card.history.comment.text == "long ago"


def test_a_colleagues_call_that_one_may_not_see_is_not_told_of(people: Cast) -> None:
    talked = talk("202", JULIA, ago=3600)
    add_comment(CALL, talked.pk, people.ben, "between us")
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert card.history.calls == ()
    assert card.history.comment is None


def test_words_on_the_record_count_too(people: Cast) -> None:
    add_comment("contacts", contact().pk, people.ben, "on the record")
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert card.history.comment
    assert card.history.comment.text == "on the record"


def test_my_own_note_is_mine_alone(people: Cast) -> None:
    call = tell("ringing", "201")
    save_note(call, people.anna, "mine")
    assert card_of(call, people.anna).note == "mine"
    assert card_of(call, people.ben).note == ""


def test_its_clock_counts_what_runs(people: Cast) -> None:
    began = timezone.now() - timedelta(seconds=30)
    ringing = tell("ringing", "201", call_id="x", at=began)
    card = card_of(ringing, people.anna)
    assert card.counts_since == ringing.started_at
    assert card.counted >= 30
    connected = tell("connected", "201", call_id="x", at=began + timedelta(seconds=20))
    card = card_of(connected, people.anna)
    assert card.counts_since == connected.connected_at
    assert card.counted >= 10
    ended = card_of(tell("ended", "201", call_id="x"), people.anna)
    assert (ended.counts_since, ended.counted) == (None, 0)
    assert ended.over_at == ended.call.ended_at


def test_a_colleague_took_it(people: Cast) -> None:
    for extension in ("201", "202"):
        tell("ringing", extension, call_id="group", source="key:9")
    tell("connected", "202", call_id="group", source="key:9")
    call = tell("missed", "201", call_id="group", source="key:9")
    anna, ben = card_of(call, people.anna), card_of(call, people.ben)
    assert call.status == Status.CONNECTED
    assert anna.over_at
    assert anna.taken_by == "Ben"
    assert ben.over_at is None
    assert ben.taken_by == ""


@pytest.mark.parametrize(
    ("direction", "event", "icon"),
    [
        ("inbound", "ringing", "phone-incoming"),
        ("outbound", "ringing", "phone-outgoing"),
        ("inbound", "missed", "phone-x"),
        ("outbound", "ended", "phone-x"),
        ("internal", "ringing", "arrows-exchange"),
    ],
)
def test_icons_tell_how_it_went(
    people: Cast, direction: str, event: str, icon: str
) -> None:
    number = "202" if direction == "internal" else STRANGER
    tell("ringing", "201", number, direction=direction, call_id="x")
    call = tell(event, "201", number, direction=direction, call_id="x")
    assert card_of(call, people.anna).icon == icon


def test_a_click_is_the_callers_own(people: Cast) -> None:
    card = card_of(click(people.anna, "201"), people.anna)
    assert card.is_mine
    assert card.headline == "Outbound call · Dialling"
    assert card.over_at is None


def test_a_lost_call_is_over(people: Cast) -> None:
    call = tell("ringing", "201")
    call.status = Status.LOST
    assert card_of(call, people.anna).over_at == call.started_at


def test_words_are_the_readers(people: Cast) -> None:
    call = tell("ringing", "201", "+493023125123")
    with translation.override("de"):
        assert "Deutschland" in card_of(call, people.anna).place


def test_a_card_takes_as_many_queries_however_much_there_is(people: Cast) -> None:
    contact()
    Lead.objects.create(last_name="Lang", phone=JULIA)
    call = tell("ringing", "201", JULIA)
    talk("201", JULIA, ago=600)
    card_of(call, people.anna)
    few = queries(lambda: card_of(call, people.anna))
    for number in range(12):
        contact(f"No. {number}")
        Lead.objects.create(last_name=f"No. {number}", phone=JULIA)
        talked = talk("202", JULIA, ago=700 + 100 * number)
        add_comment(CALL, talked.pk, people.ben, "said")
        Extension.objects.create(number=f"90{number}", user=people.anna)
    assert queries(lambda: card_of(call, people.anna)) == few <= 18
