"""Numbers on the block list, and the calls that are marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries

from crmplus.administration.models import SettingsChange
from crmplus.phonebook.normalise import NumberPlan, normalise
from pbxmanager.block_list import block, unblock
from pbxmanager.blocking import BlockedNumber, any_blocked, blocked
from pbxmanager.models import Call
from tests.pbxmanager.office import STRANGER, Office, make_office, queries, words_of

PLAN = NumberPlan(region="DE")
OTHER = "+493023125123"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    any_blocked.forget()
    yield
    any_blocked.forget()


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def test_a_number_is_blocked_in_any_notation(office: Office) -> None:
    row = block(normalise("030 555 444", PLAN), "sells wine", office.karin)
    assert str(row) == row.number == "+49 30 555444"
    assert blocked([STRANGER, OTHER, ""]) == {STRANGER}
    change = SettingsChange.objects.get()
    assert (change.kind, change.what) == ("blocked_number", STRANGER)
    assert change.changes[-1] == {
        "field": "note",
        "before": None,
        "after": "sells wine",
    }


def test_blocking_twice_changes_nothing(office: Office) -> None:
    first = block(normalise(STRANGER, PLAN), "first", office.karin)
    again = block(normalise("0049 30 555444", PLAN), "second", office.anna)
    assert again == first
    assert again.note == "first"
    assert SettingsChange.objects.count() == 1


def test_what_was_taken_off_is_not_blocked(office: Office) -> None:
    unblock(block(normalise(STRANGER, PLAN), "", office.karin), office.karin)
    assert blocked([STRANGER]) == set()
    assert SettingsChange.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_empty_list_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    blocked([STRANGER])
    with django_assert_num_queries(0):
        blocked([STRANGER, OTHER])
        blocked([""])
    BlockedNumber.objects.create(party=STRANGER, number=STRANGER)
    assert blocked([STRANGER]) == {STRANGER}
    with django_assert_num_queries(1):
        assert blocked([STRANGER, OTHER]) == {STRANGER}


def test_calls_of_a_blocked_number_are_marked(office: Office) -> None:
    call, other = office.call("201"), office.call("201", OTHER)
    block(normalise(STRANGER, PLAN), "", office.karin)
    web = office.browser(office.anna)
    assert words_of(web.get("/pbx-manager/").content.decode()).count("Blocked") == 1
    assert "Blocked" in words_of(web.get(call.get_absolute_url()).content.decode())
    page = words_of(web.get(other.get_absolute_url()).content.decode())
    assert "Blocked" not in page


def test_marks_cost_the_same_however_many_calls(office: Office) -> None:
    block(normalise(STRANGER, PLAN), "", office.karin)
    web = office.browser(office.anna)
    office.call("201")
    one = queries(lambda: web.get("/pbx-manager/"))
    for _ in range(5):
        office.call("201")
    assert queries(lambda: web.get("/pbx-manager/")) == one


def test_a_supervisor_blocks_from_the_page_of_a_call(office: Office) -> None:
    call = office.call("201")
    web = office.browser(office.karin)
    assert "Block this number" in web.get(call.get_absolute_url()).content.decode()
    path = f"/pbx-manager/{call.uid}/block/"
    assert web.post(path).headers["Location"] == call.get_absolute_url()
    assert blocked([STRANGER]) == {STRANGER}
    assert "Unblock this number" in web.get(call.get_absolute_url()).content.decode()
    web.post(path, {"off": "1"})
    assert blocked([STRANGER]) == set()


def test_an_agent_cannot_block(office: Office) -> None:
    call = office.call("201")
    web = office.browser(office.anna)
    assert "Block this" not in web.get(call.get_absolute_url()).content.decode()
    assert web.post(f"/pbx-manager/{call.uid}/block/").status_code == 403
    assert not BlockedNumber.objects.exists()


def test_an_agent_asks_for_it_by_a_ticket_that_is_nobodys(office: Office) -> None:
    call = office.call("201")
    web = office.browser(office.anna)
    page = web.get(call.get_absolute_url())
    assert "Ask to block this number" in page.text
    form = web.get(page.context["ask_block_url"]).context["form"]
    assert form["subject"].value() == "Block +49 30 555444"
    assert form["owner"].value() == ""
    block(normalise(STRANGER, PLAN), "", office.karin)
    assert "Ask to block" not in web.get(call.get_absolute_url()).text


def test_nobody_asks_for_a_private_or_internal_call(office: Office) -> None:
    web = office.browser(office.anna)
    call = office.call("201")
    private = {"private_at": call.started_at}
    inside = {"private_at": None, "direction": "internal"}
    for change in (private, inside):
        Call.objects.filter(pk=call.pk).update(**change)
        assert "Ask to block" not in web.get(call.get_absolute_url()).text


def test_a_caller_without_number_cannot_be_blocked(office: Office) -> None:
    call = office.call("201", "anonymous")
    web = office.browser(office.karin)
    assert "Block this" not in web.get(call.get_absolute_url()).content.decode()
    web.post(f"/pbx-manager/{call.uid}/block/")
    assert not BlockedNumber.objects.exists()
