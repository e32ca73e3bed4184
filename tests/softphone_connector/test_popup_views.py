"""The popup as a page and a fragment, and who may see and change it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from crmplus.accounts.models import User
from crmplus.records.models import Contact, Lead
from crmplus.timeline.models import Comment
from pbxmanager.models import Call, MergedCall
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import JULIA, queries, talk, tell

pytestmark = pytest.mark.thorough

PAGES = ("popup", "card", "add")
ACTIONS = {
    "note": {"text": "written by somebody else"},
    "choose": {"match": "contacts:1"},
    "add": {"place": "contacts:1:fax"},
}
SCRIPT = {"Accept": "application/json"}
HOSTILE = '"><img src=x onerror=alert(1)>\u202e\x07'


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, call: Call) -> str:
    return reverse(f"softphone_connector:{name}", args=[call.uid])


def content(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def julia(people: Cast) -> Contact:
    return Contact.objects.create(pk=1, last_name="Berg", phone=JULIA)


@pytest.fixture
def call(people: Cast) -> Call:
    return tell("ringing", "201", JULIA)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_who_may_see_the_call(
    people: Cast, julia: Contact, call: Call, name: str
) -> None:
    assert "Berg" in content(browser(people.anna), url("card", call))
    assert browser(people.karin).get(url(name, call)).status_code == 200
    refused = browser(people.ben).get(url(name, call))
    assert refused.status_code == 404
    assert "Berg" not in refused.content.decode()
    nowhere = reverse(f"softphone_connector:{name}", args=[uuid4()])
    assert browser(people.anna).get(nowhere).status_code == 404
    stranger = Client().get(url(name, call))
    assert stranger.status_code == 302
    assert "sign-in" in stranger["Location"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_it_is_kept_or_told_on(
    people: Cast, julia: Contact, call: Call, name: str
) -> None:
    answer = browser(people.anna).get(url(name, call))
    assert "no-store" in answer["Cache-Control"]
    # With "no-referrer" browsers send forms without their origin, and Django refuses
    # them. The address has neither key nor number in it.
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", PAGES)
def test_looking_changes_nothing(
    people: Cast, julia: Contact, call: Call, name: str
) -> None:
    browser(people.anna).get(url(name, call))
    assert Call.objects.get(pk=call.pk).version == call.version
    assert not Comment.objects.exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_not_see_the_call_changes_nothing(
    people: Cast, julia: Contact, call: Call, name: str
) -> None:
    before = Call.objects.values().get(pk=call.pk)
    assert browser(people.ben).post(url(name, call), ACTIONS[name]).status_code == 404
    assert Client().post(url(name, call), ACTIONS[name]).status_code == 302
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(people.anna)
    assert forged.post(url(name, call), ACTIONS[name]).status_code == 403
    assert Call.objects.values().get(pk=call.pk) == before
    assert not Comment.objects.exists()
    julia.refresh_from_db()
    assert julia.fax == ""


def test_anothers_comment_stays_as_it_is(people: Cast, call: Call) -> None:
    browser(people.anna).post(url("note", call), {"text": "Anna's"})
    browser(people.karin).post(url("note", call), {"text": ""})
    browser(people.karin).post(url("note", call), {"text": "Karin's"})
    texts = Comment.objects.order_by("pk").values_list("author__username", "text")
    assert list(texts) == [("anna", "Anna's"), ("karin", "Karin's")]


@pytest.mark.core
def test_a_comment_is_saved_with_and_without_a_script(people: Cast, call: Call) -> None:
    client = browser(people.anna)
    by_hand = client.post(url("note", call), {"text": "one"})
    assert by_hand.status_code == 302
    assert by_hand["Location"] == url("popup", call)
    by_script = client.post(url("note", call), {"text": "two"}, headers=SCRIPT)
    assert (by_script.status_code, by_script.content) == (204, b"")
    assert Comment.objects.get().text == "two"


@pytest.mark.parametrize("text", ["\x00", "\x00\x00 ", "a\x00b", "x" * 20_000])
def test_any_text_can_be_typed(people: Cast, call: Call, text: str) -> None:
    answer = browser(people.anna).post(url("note", call), {"text": text})
    assert answer.status_code == 302


def test_one_of_several_is_chosen(people: Cast, julia: Contact, call: Call) -> None:
    lead = Lead.objects.create(last_name="Lang", phone=JULIA)
    client = browser(people.anna)
    answer = client.post(url("choose", call), {"match": f"leads:{lead.pk}"})
    assert answer["Location"] == url("popup", call)
    call.refresh_from_db()
    assert (call.chosen_source, call.chosen_id) == ("leads", lead.pk)


@pytest.mark.parametrize(
    "match", ["", "contacts", "contacts:x", "contacts:99", "nobody:1", f"leads:{9**30}"]
)
def test_a_record_that_is_not_there_cannot_be_chosen(
    people: Cast, julia: Contact, call: Call, match: str
) -> None:
    client = browser(people.anna)
    by_script = client.post(url("choose", call), {"match": match}, headers=SCRIPT)
    assert by_script.status_code == 409
    assert "not there any more" in by_script.content.decode()
    by_hand = client.post(url("choose", call), {"match": match}, follow=True)
    assert "not there any more" in by_hand.content.decode()
    call.refresh_from_db()
    assert call.chosen_source == ""


def test_the_number_is_added_to_a_record(people: Cast, call: Call) -> None:
    paula = Contact.objects.create(last_name="Nowak")
    client = browser(people.anna)
    page = content(client, url("add", call) + "?q=now")
    assert f"contacts:{paula.pk}:mobile" in page
    place = {"place": f"contacts:{paula.pk}:mobile"}
    answer = client.post(url("add", call), place, follow=True)
    assert "Nowak" in answer.content.decode()
    paula.refresh_from_db()
    call.refresh_from_db()
    assert paula.mobile == JULIA
    assert (call.chosen_source, call.chosen_id) == ("contacts", paula.pk)


def test_what_is_searched_for_holds_no_nul(people: Cast) -> None:
    # PostgreSQL cannot take one.
    answer = browser(people.anna).get(url("add", talk("201")) + "?q=no%00w")
    assert answer.context["text"] == "now"


@pytest.mark.parametrize(
    "place", ["", "contacts:1", "contacts:1:phone", "contacts:x:fax", "a:1:fax"]
)
def test_a_number_without_a_place_is_not_added(
    people: Cast, julia: Contact, call: Call, place: str
) -> None:
    client = browser(people.anna)
    answer = client.post(url("add", call), {"place": place}, follow=True)
    assert "Choose another one" in answer.content.decode()
    call.refresh_from_db()
    assert call.chosen_source == ""


def test_an_anonymous_callers_number_cannot_be_added(people: Cast) -> None:
    call = tell("ringing", "201", "anonymous")
    assert browser(people.anna).get(url("add", call)).status_code == 404


def test_a_search_that_finds_nobody_says_so(people: Cast, call: Call) -> None:
    page = content(browser(people.anna), url("add", call) + "?q=<b>")
    assert "&lt;b&gt;" in page
    assert "Nobody found" in page


def test_the_address_of_a_joined_call_leads_on(people: Cast, call: Call) -> None:
    merged = MergedCall.objects.create(uid=uuid4(), call=call)
    address = reverse("softphone_connector:popup", args=[merged.uid])
    answer = browser(people.anna).get(address)
    assert answer["Location"] == url("popup", call)


@pytest.mark.parametrize("name", PAGES)
def test_hostile_texts_stay_texts(people: Cast, name: str) -> None:
    number = "+4930555444"
    Contact.objects.create(last_name=HOSTILE, phone=number)
    earlier = talk("201", number, ago=300)
    call = tell("ringing", "201", number, name=HOSTILE)
    client = browser(people.anna)
    client.post(url("note", earlier), {"text": f"</blockquote>{HOSTILE}"})
    client.post(url("note", call), {"text": f"</textarea>{HOSTILE}"})
    page = content(client, url(name, call) + f"?q={HOSTILE}")
    assert "<img" not in page


@pytest.mark.parametrize(
    "number", ["<script>1</script>", "tel:1;javascript", "'; DROP TABLE", "%00", "٣٤٥"]
)
def test_hostile_numbers_are_shown_and_never_dialled_as_they_are(
    people: Cast, number: str
) -> None:
    call = tell("ringing", "201", number)
    page = content(browser(people.anna), url("popup", call))
    assert "<script>1" not in page
    assert "javascript:" not in page


@pytest.mark.core
def test_each_state_has_its_words(people: Cast) -> None:
    client = browser(people.anna)
    unknown = content(client, url("card", tell("ringing", "201")))
    assert "Nobody known" in unknown
    withheld = content(client, url("card", tell("ringing", "201", "anonymous")))
    assert "Number withheld" in withheld
    assert "New contact" not in withheld
    internal = content(client, url("card", tell("ringing", "201", "202")))
    assert "Ben" in internal
    assert "Nobody known" not in internal
    assert "Add to existing" not in internal


def test_a_card_takes_as_many_queries_however_much_there_is(
    people: Cast, call: Call
) -> None:
    client = browser(people.anna)
    Contact.objects.create(last_name="Berg", phone=JULIA)
    Contact.objects.create(last_name="Tal", phone=JULIA)
    talk("201", JULIA, ago=300)

    def look() -> Any:
        return client.get(url("card", call))

    look()
    few = queries(look)
    for number in range(8):
        Contact.objects.create(last_name=f"No. {number}", phone=JULIA)
        talk("202", JULIA, ago=400 + 100 * number)
    assert queries(look) == few
