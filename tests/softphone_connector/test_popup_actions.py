"""What one does about a call from its card."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmplus.accounts.models import User
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from crmplus.records.models import Contact
from crmplus.tickets.services import Activity, create_ticket
from crmplus.timeline.services import add_comment
from pbxmanager.block_list import block
from pbxmanager.blocking import blocked
from pbxmanager.models import Call, Disposition
from pbxmanager.saving import CALL, _absorb
from pbxmanager.visibility import visible_calls
from softphone_connector import popup_views
from softphone_connector.cards import card_of
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import JULIA, talk, tell

JSON = {"Accept": "application/json"}


def web(user: User) -> Client:
    client = Client(headers=JSON)
    client.force_login(user)
    return client


def outcome(key: str) -> Disposition:
    """A default, also in a database that was made without migrations."""
    wanted = {"wants_call_back": key == "call_back"}
    return Disposition.objects.get_or_create(key=key, defaults=wanted)[0]


def test_outcomes_are_offered_once_one_may_know_them(people: Cast) -> None:
    reached = outcome("reached")
    ringing = tell("ringing", "201", call_id="x")
    assert card_of(ringing, people.anna).work.outcomes == ()
    talking = tell("connected", "201", call_id="x")
    assert reached in card_of(talking, people.anna).work.outcomes


def test_an_outcome_is_chosen_and_taken_back(people: Cast) -> None:
    call, anna = talk("201", JULIA), web(people.anna)
    url = f"/popup/{call.uid}/outcome/"
    chosen = outcome("sold")
    assert anna.post(url, {"disposition": chosen.pk}).status_code == 200
    call.refresh_from_db()
    assert call.disposition == chosen
    anna.post(url, {"disposition": ""})
    call.refresh_from_db()
    assert call.disposition is None


@pytest.mark.parametrize("key", ["x", "-1", "999999", "1" * 50, "1.5"])
def test_an_outcome_that_there_is_not_is_refused_with_words(
    people: Cast, key: str
) -> None:
    call = talk("201", JULIA)
    answer = web(people.anna).post(f"/popup/{call.uid}/outcome/", {"disposition": key})
    assert (answer.status_code, answer.text) == (
        409,
        "This outcome is not offered any more.",
    )


def test_an_outcome_that_needs_words_asks_for_them(people: Cast) -> None:
    call, chosen = talk("201", JULIA), outcome("sold")
    Disposition.objects.filter(pk=chosen.pk).update(needs_note=True)
    url, anna = f"/popup/{call.uid}/outcome/", web(people.anna)
    refused = anna.post(url, {"disposition": chosen.pk})
    assert refused.status_code == 409
    assert "needs a comment" in refused.text
    add_comment(CALL, call.pk, people.anna, "three boxes")
    assert anna.post(url, {"disposition": chosen.pk}).status_code == 200


def test_a_call_back_is_planned_by_one_click_and_dropped_again(people: Cast) -> None:
    julia = Contact.objects.create(last_name="Berg", phone=JULIA)
    call, anna = talk("201", JULIA), web(people.anna)
    url = f"/popup/{call.uid}/call-back/"
    done = anna.post(url, {"at": "tomorrow"}).json()
    planned = Activity.objects.get()
    assert (planned.owner, planned.e164, planned.call) == (people.anna, JULIA, call.pk)
    assert (planned.target_kind, planned.target_id) == ("contacts", julia.pk)
    assert planned.due_at > timezone.now()
    card = card_of(Call.objects.get(pk=call.pk), people.anna)
    assert [one.activity for one in card.work.call_backs] == [planned]
    anna.post(url, done["undo"])
    assert not Activity.objects.exists()


def test_a_wanted_call_back_is_offered_until_there_is_one(people: Cast) -> None:
    call = talk("201", JULIA)
    call.disposition = outcome("call_back")
    call.save()
    assert card_of(call, people.anna).offers_call_back
    web(people.anna).post(f"/popup/{call.uid}/call-back/", {"at": "tomorrow"})
    assert not card_of(call, people.anna).offers_call_back


def test_no_time_no_call_back(people: Cast) -> None:
    call, anna = talk("201", JULIA), web(people.anna)
    url = f"/popup/{call.uid}/call-back/"
    assert anna.post(url, {"at": "yesterday"}).status_code == 409
    assert anna.post(url, {"off": "1"}).status_code == 404
    assert anna.post(url, {"off": "x"}).status_code == 404
    anonymous = tell("ringing", "201", "anonymous")
    refused = anna.post(f"/popup/{anonymous.uid}/call-back/", {"at": "tomorrow"})
    assert refused.status_code == 409
    assert not Activity.objects.exists()


def test_a_private_call_is_seen_by_nobody_else(people: Cast) -> None:
    call, anna = talk("201", JULIA), web(people.anna)
    url = f"/popup/{call.uid}/private/"
    assert call in visible_calls(people.karin)
    done = anna.post(url).json()
    assert call not in visible_calls(people.karin)
    assert call in visible_calls(people.anna)
    assert web(people.karin).get(call.get_absolute_url()).status_code == 404
    assert "Private" in anna.get(f"/popup/{call.uid}/card/").text
    anna.post(url, done["undo"])
    assert call in visible_calls(people.karin)


def test_only_who_had_a_part_in_a_call_makes_it_private(people: Cast) -> None:
    call = talk("201", JULIA)
    karin = web(people.karin)
    assert karin.post(f"/popup/{call.uid}/private/").status_code == 403
    assert not card_of(call, people.karin).may_hide


def test_a_supervisor_blocks_the_number_and_takes_it_back(people: Cast) -> None:
    call, karin = talk("201", JULIA), web(people.karin)
    url = f"/popup/{call.uid}/block/"
    done = karin.post(url).json()
    assert blocked([call.party])
    assert card_of(call, people.karin).is_blocked
    karin.post(url, done["undo"])
    assert not blocked([call.party])


def test_an_agent_blocks_nobody(people: Cast) -> None:
    call = talk("201", JULIA)
    assert web(people.anna).post(f"/popup/{call.uid}/block/").status_code == 403
    assert not card_of(call, people.anna).may_block


def test_an_agent_asks_for_a_number_to_be_blocked(people: Cast) -> None:
    call, anna = talk("201", JULIA), web(people.anna)
    assert "Ask to block the number" in anna.get(f"/popup/{call.uid}/card/").text
    url = card_of(call, people.anna).ask_block_url
    form = anna.get(url).context["form"]
    assert form["owner"].value() == ""
    assert form["subject"].value() == "Block +49 171 2345678"
    assert not card_of(call, people.karin).ask_block_url
    Call.objects.filter(pk=call.pk).update(private_at=call.started_at)
    call.refresh_from_db()
    assert not card_of(call, people.anna).ask_block_url


def test_nobody_asks_for_what_is_blocked_or_inside(people: Cast) -> None:
    call = talk("201", JULIA)
    block(normalise(call.party, number_plan()), "", people.karin)
    assert not card_of(call, people.anna).ask_block_url
    inside = talk("201", "202")
    assert not card_of(inside, people.anna).ask_block_url


def test_open_tickets_of_who_calls_stand_on_the_card(people: Cast) -> None:
    julia = Contact.objects.create(last_name="Berg", phone=JULIA)
    open_one = create_ticket(
        people.anna, "Printer", target=("contacts", julia.pk), owner=people.anna
    )
    card = card_of(tell("ringing", "201", JULIA), people.anna)
    assert card.work.tickets == (open_one,)
    assert f"target=contacts%3A{julia.pk}" in card.work.ticket_url


def test_who_had_the_caller_before_is_named(people: Cast) -> None:
    before = talk("202", JULIA, ago=0)
    after = tell("ringing", "201", JULIA, at=before.ended_at + timedelta(seconds=1))
    assert after.continues_id == before.pk
    card = card_of(after, people.anna)
    assert card.transfer
    assert (card.transfer.name, card.transfer.seconds) == ("Ben", 60)
    page = web(people.anna).get(f"/popup/{after.uid}/card/").text
    assert "from Ben, who had them for 1:00" in page


def test_without_a_script_the_page_says_what_was_done(people: Cast) -> None:
    call = talk("201", JULIA)
    client = Client()
    client.force_login(people.anna)
    url = f"/popup/{call.uid}/call-back/"
    page = client.post(url, {"at": "tomorrow"}, follow=True)
    assert page.redirect_chain == [(f"/popup/{call.uid}/", 302)]
    assert "Call-back planned" in page.text


ACTIONS = {
    "note": {"text": "Said."},
    "outcome": {"disposition": ""},
    "private": {},
    "call-back": {"at": "hour"},
    "block": {},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_call_that_is_joined_under_the_hand_takes_it_along(
    people: Cast, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    call, other = talk("201", JULIA), talk("201", JULIA, ago=3600)

    def found_then_joined(user: User, uid: object) -> Call:
        found = Call.objects.get(uid=call.uid)
        _absorb(Call.objects.get(pk=other.pk), Call.objects.get(uid=call.uid))
        return found

    monkeypatch.setattr(popup_views, "call_for", found_then_joined)
    people.anna.role = "admin"
    people.anna.save()
    before = other.version
    url = reverse(f"softphone_connector:{action}", args=[call.uid])
    answer = web(people.anna).post(url, ACTIONS[action])
    assert answer.status_code in {200, 204}, answer.text
    assert Call.objects.get().version > before
