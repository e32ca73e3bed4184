"""The settings pages of rules, numbers and the block list."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus.administration.models import SettingsChange
from crmplus.phonebook.models import NumberSettings
from crmplus.phonebook.plan import number_plan
from crmplus.records.models import Contact
from pbxmanager.blocking import BlockedNumber
from pbxmanager.rules import RuleSettings, rules
from tests.pbxmanager.office import queries, words_of
from tests.pbxmanager.settings_pages import HOSTILE, address, admin, open_form

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
CHECK = {"X-Check": "1"}
RULES, NUMBERS = "settings-rules", "settings-numbers"
BLOCKED = "settings-blocked"


@pytest.fixture
def web() -> Client:
    return admin()[1]


def test_only_admins_come_in() -> None:
    _user, client = admin()
    _user.role = "supervisor"
    _user.save()
    for name in (RULES, NUMBERS, BLOCKED):
        assert client.get(address(name)).status_code == 403


def test_the_menu_leads_there(web: Client) -> None:
    assert address("settings") in web.get("/settings/").content.decode()


def test_rules_are_saved_and_audited(web: Client) -> None:
    data = open_form(web, RULES) | {"popup_stays": "5", "missed_shared": "rung"}
    del data["popup_internal"]
    assert web.post(address(RULES), data).headers["Location"] == address(RULES)
    assert rules().popup_stays == 5
    assert not rules().popup_internal
    change = SettingsChange.objects.get()
    assert (change.area, change.kind) == ("pbxmanager", "rules")
    assert {one["field"] for one in change.changes} == {
        "popup_internal",
        "popup_stays",
        "missed_shared",
    }


def test_rules_that_cannot_work_are_not_saved(web: Client) -> None:
    data = open_form(web, RULES) | {"keep_events_days": "1"}
    page = web.post(address(RULES), data).content.decode()
    assert "Not saved yet" in page
    assert "greater than or equal to 2" in page
    assert not RuleSettings.objects.exists()


def test_checking_saves_nothing(web: Client) -> None:
    data = open_form(web, RULES) | {"popup_stays": "5"}
    assert web.post(address(RULES), data, headers=CHECK).status_code == 200
    assert not RuleSettings.objects.exists()


def test_two_admins_at_once_lose_nothing(web: Client) -> None:
    _bea, other = admin("bea", "Bea")
    mine = open_form(web, RULES) | {"popup_stays": "5"}
    theirs = open_form(other, RULES) | {"popup_stays": "9", "missed_shared": "rung"}
    del theirs["popup_internal"]
    other.post(address(RULES), theirs)
    response = web.post(address(RULES), mine)
    assert response.status_code == 409
    words = words_of(response.content.decode())
    assert "Bea King has changed this while you had it open." in words
    assert "9 5" in words
    assert "no yes" in words
    assert "In the lists of all whose phone rang In nobody&#x27;s list" in words
    assert rules().popup_stays == 9
    mine["state"] = response.context["state"]
    assert web.post(address(RULES), mine).status_code == 302
    assert rules().popup_stays == 5


def test_a_conflict_with_a_value_that_is_wrong(web: Client) -> None:
    data = open_form(web, RULES) | {"popup_stays": "many"}
    RuleSettings.objects.create(pk=1, popup_stays=7)
    response = web.post(address(RULES), data)
    assert response.status_code == 409
    assert "7 –" in words_of(response.content.decode())


def test_numbers_are_saved_and_audited(web: Client) -> None:
    data = open_form(web, NUMBERS)
    data |= {
        "region": "at",
        "area_code": "01",
        "own_numbers": " 01 5331000-0 \r\n\r\n+43 664 1234567",
        "ignored_numbers": "77",
        "internal_prefixes": "2, 30",
        "min_internal": "3",
        "max_internal": "4",
    }
    assert web.post(address(NUMBERS), data).status_code == 302
    plan = number_plan()
    assert plan.region == "AT"
    assert plan.own_numbers == ("01 5331000-0", "+43 664 1234567")
    assert plan.ignored_numbers == ("77",)
    assert plan.internal_prefixes == ("2", "30")
    assert (plan.min_internal, plan.max_internal) == (3, 4)
    assert SettingsChange.objects.get().kind == "number_settings"
    page = web.get(address(NUMBERS)).content.decode()
    assert "The numbers of all records are being read anew." in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("region", "XX", "No numbering plan is known for it."),
        ("area_code", "+4822", "This area code belongs to another country."),
        ("own_numbers", "no number", "“no number” is not a number."),
        ("own_numbers", "030 1\u202e2", "cannot be seen"),
        ("ignored_numbers", "1\n" * 501, "too many lines"),
        ("internal_prefixes", "(2|3)+", "Enter a valid value."),
        ("min_internal", "9", "It is longer than the longest extension."),
    ],
)
def test_numbers_that_cannot_work_are_said(
    web: Client, field: str, value: str, words: str
) -> None:
    data = open_form(web, NUMBERS) | {field: value}
    for headers in ({}, CHECK):
        page = web.post(address(NUMBERS), data, headers=headers).content.decode()
        assert words in words_of(page)
    assert not NumberSettings.objects.exists()


def test_what_a_change_means_is_shown_while_typing(web: Client) -> None:
    for number in range(3):
        Contact.objects.create(last_name=f"C{number}", phone="030 123")
    data = open_form(web, NUMBERS)
    first = web.get(address(NUMBERS)).content.decode()
    assert "read anew" not in first
    data |= {"area_code": "030", "tried": " 23125123 "}
    page = words_of(web.post(address(NUMBERS), data, headers=CHECK).content.decode())
    assert "the numbers of 3 records are read anew" in page
    assert "23125123 +49 30 23125123" in page
    assert not NumberSettings.objects.exists()
    data |= {"area_code": "", "ignored_numbers": "77"}
    page = web.post(address(NUMBERS), data, headers=CHECK).content.decode()
    assert "read anew" not in page


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", [RULES, NUMBERS])
def test_hostile_values_in_every_field(web: Client, name: str, hostile: str) -> None:
    data = open_form(web, name)
    for field in data:
        response = web.post(address(name), data | {field: hostile})
        assert response.status_code in {200, 302, 409}, field
        assert "<script>alert" not in response.content.decode()
        if response.status_code == 302:
            data = open_form(web, name)


def test_a_number_is_blocked_and_taken_off_and_back(web: Client) -> None:
    assert "Nobody is blocked" in web.get(address(BLOCKED)).content.decode()
    web.post(address(BLOCKED), {"number": "030 555 444", "note": "sells <wine>"})
    row = BlockedNumber.objects.get()
    assert (row.party, row.note) == ("+4930555444", "sells <wine>")
    page = web.get(address(BLOCKED)).content.decode()
    assert "sells &lt;wine&gt;" in page
    assert "Ada King" in page
    gone = web.post(address("settings-blocked-remove", row.pk), follow=True)
    assert not BlockedNumber.objects.exists()
    again = address("settings-blocked-again")
    undo = f"{again}?number=%2B4930555444&note=sells+%3Cwine%3E"
    assert undo.replace("&", "&amp;") in gone.content.decode()
    web.post(undo)
    assert BlockedNumber.objects.get().note == "sells <wine>"
    web.post(undo)
    assert BlockedNumber.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "This field is required."),
        ("anonymous", "This is not a number."),
        ("Karin", "This is not a number."),
        ("+49 30 555444", "This number is blocked already."),
    ],
)
def test_what_cannot_be_blocked_is_said(web: Client, number: str, words: str) -> None:
    web.post(address(BLOCKED), {"number": "030555444"})
    for headers in ({}, CHECK):
        sent = {"number": number}
        page = web.post(address(BLOCKED), sent, headers=headers).content.decode()
        assert words in page
    assert BlockedNumber.objects.count() == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_numbers_and_notes(web: Client, hostile: str) -> None:
    for data in (
        {"number": hostile},
        {"number": "030 555444", "note": hostile},
    ):
        response = web.post(address(BLOCKED), data, follow=True)
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


def test_a_long_list_has_pages_and_costs_the_same(web: Client) -> None:
    web.post(address(BLOCKED), {"number": "030 555444"})
    web.get(address(BLOCKED))
    few = queries(lambda: web.get(address(BLOCKED)))
    BlockedNumber.objects.bulk_create(
        BlockedNumber(party=f"+49305{number}", number=f"+49305{number}")
        for number in range(1000, 1060)
    )
    assert queries(lambda: web.get(address(BLOCKED))) == few
    assert "?after=" in web.get(address(BLOCKED)).content.decode()
