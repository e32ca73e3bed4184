"""The page of a record: changed where it stands, merged, converted, brought back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DELETE = """
from crmplus.records.models import Supplier
Supplier.objects.get(pk={pk}).move_to_bin(job="test")
"""
Sit = Callable[..., "Page"]
MAKE = """
from crmplus.records.models import {model}
print({model}.objects.create({fields}).pk)
"""


def make(office: Office, model: str, **fields: str) -> int:
    """A record of the test's own; gives its ID."""
    given = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    code = MAKE.format(model=model, fields=given)
    return int(office.server.manage("shell", "--verbosity=0", "-c", code))


def toast(tab: Page, words: str) -> None:
    expect(tab.locator("#toasts .toast", has_text=words).last).to_be_visible()


def undo(tab: Page) -> None:
    tab.locator("#toasts .toast").last.get_by_role("button", name="Undo").click()


def test_fields_are_changed_where_they_stand_with_the_keyboard_alone(
    office: Office, sit: Sit, agent: Agent
) -> None:
    pk = make(office, "Contact", first_name="Ada", last_name="Stein", phone="030 1111")
    tab = sit(agent, path=f"/contacts/{pk}/")
    assert complaints(tab) == []
    before = tab.locator(".record-who").bounding_box()
    tab.keyboard.press("e")
    field = tab.locator("#field-first_name")
    expect(field).to_be_focused()
    assert tab.locator(".record-who").bounding_box() == before
    assert complaints(tab) == []
    tab.keyboard.type("Adele")
    tab.keyboard.press("Enter")
    expect(tab.locator("#record-title")).to_have_text("Adele Stein")
    pencil = tab.locator("#fact-first_name .fact-edit")
    expect(pencil).to_be_focused()
    toast(tab, "First name is saved.")
    expect(tab.locator("#timeline-entries ins").first).to_have_text("Adele")
    # "e" opens the field that has the focus, Escape leaves all as it was.
    tab.locator("#fact-phone .fact-edit").focus()
    tab.keyboard.press("e")
    expect(tab.locator("#field-phone")).to_be_focused()
    tab.keyboard.type("nonsense")
    tab.keyboard.press("Escape")
    expect(tab.locator("#fact-phone .fact-edit")).to_be_focused()
    expect(tab.locator("#fact-phone")).to_contain_text("+49 30 1111")
    undo(tab)
    expect(tab.locator("#record-title")).to_have_text("Ada Stein")
    tab.keyboard.press("c")
    expect(tab.locator("#comment")).to_be_focused()


def test_leaving_a_field_saves_it_and_what_is_wrong_is_said_beside_it(
    office: Office, sit: Sit, agent: Agent
) -> None:
    pk = make(office, "Contact", first_name="Eva", last_name="Stein")
    tab = sit(agent, path=f"/contacts/{pk}/")
    tab.locator("#fact-position dd").click()
    tab.locator("#field-position").fill("Buyer")
    tab.locator("#fact-city dd").click()
    expect(tab.locator("#fact-position .fact-value")).to_have_text("Buyer")
    expect(tab.locator("#field-city")).to_be_focused()
    tab.keyboard.press("Escape")
    tab.locator("#fact-email dd").click()
    expect(tab.locator("#field-email")).to_be_focused()
    tab.keyboard.type("nowhere")
    tab.keyboard.press("Enter")
    problem = tab.locator("#fact-email .fact-problem")
    expect(problem).to_contain_text("valid email")
    expect(tab.locator("#field-email")).to_be_focused()
    assert complaints(tab) == []
    tab.keyboard.press("Escape")
    tab.locator("#fact-organisation_name dd").click()
    expect(tab.locator("#field-organisation_name")).to_be_focused()
    tab.keyboard.type("Stein & Sohn")
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Create this organisation").click()
    expect(tab.locator("#panel-organisation")).to_be_visible()
    expect(tab.locator(".related-name", has_text="Stein & Sohn")).to_be_visible()


def test_two_who_change_a_field_at_once_see_both(
    office: Office, sit: Sit, agent: Agent
) -> None:
    pk = make(office, "Contact", last_name="Streit", phone="030 1111")
    mine, theirs = sit(agent, path=f"/contacts/{pk}/"), sit(office.agent(), path="/")
    theirs.goto(f"/contacts/{pk}/")
    mine.locator("#fact-phone .fact-edit").press("Enter")
    mine.locator("#field-phone").fill("030 2222")
    theirs.locator("#fact-phone .fact-edit").press("Enter")
    theirs.locator("#field-phone").fill("030 3333")
    theirs.locator("#field-phone").press("Enter")
    toast(theirs, "Phone is saved.")
    mine.locator("#field-phone").press("Enter")
    problem = mine.locator(".fact-problem")
    expect(problem).to_contain_text(re.compile(r"Agent No\. \d+ changed this"))
    expect(problem).to_contain_text("030 3333")
    expect(mine.locator("#field-phone")).to_have_value("030 2222")
    assert complaints(mine) == []
    mine.get_by_role("button", name="Save mine").click()
    expect(mine.locator("#fact-phone")).to_contain_text("+49 30 2222")


def test_two_that_are_the_same_become_one_and_two_again(
    office: Office, sit: Sit, agent: Agent
) -> None:
    number = office.stranger()
    pk = make(office, "Contact", first_name="P.", last_name="Doppel", mobile=number)
    twin = make(
        office,
        "Contact",
        first_name="Petra",
        last_name="Doppel",
        mobile=number,
        phone="030 4444",
    )
    tab = sit(agent, path=f"/contacts/{twin}/")
    tab.fill("#comment", "Likes tea")
    tab.get_by_role("button", name="Add comment").click()
    tab.goto(f"/contacts/{pk}/")
    hint = tab.locator(".record-hint")
    expect(hint).to_contain_text("Petra Doppel")
    assert complaints(tab) == []
    hint.get_by_role("link", name="Merge").click()
    expect(tab.locator("[name=first_name][value=old]")).to_be_checked()
    assert complaints(tab) == []
    tab.get_by_role("button", name="Merge").click()
    expect(tab.locator("#record-title")).to_have_text("Petra Doppel")
    expect(tab.locator("#fact-phone")).to_contain_text("+49 30 4444")
    expect(tab.locator("#timeline-entries")).to_contain_text("Likes tea")
    undo(tab)
    expect(tab.locator("#record-title")).to_have_text("Petra Doppel")
    expect(tab.locator("#timeline-entries")).to_contain_text("Likes tea")
    tab.goto(f"/contacts/{pk}/")
    expect(tab.locator("#record-title")).to_have_text("P. Doppel")
    tab.get_by_role("button", name="Not the same").click()
    expect(tab.locator(".record-hint")).to_have_count(0)


def test_a_lead_becomes_a_contact_and_a_lead_again(
    office: Office, sit: Sit, agent: Agent
) -> None:
    pk = make(office, "Lead", last_name="Wandel", company="Wandel Werke")
    tab = sit(agent, path=f"/leads/{pk}/")
    tab.get_by_role("link", name="Convert").click()
    expect(tab.get_by_label("A new organisation")).to_be_checked()
    assert complaints(tab) == []
    tab.get_by_role("button", name="Convert").click()
    expect(tab).to_have_url(re.compile(r"/contacts/\d+/$"))
    expect(tab.locator("#timeline-entries")).to_contain_text("made this entry from")
    contact = tab.url
    tab.goto(f"/leads/{pk}/")
    expect(tab).to_have_url(contact)
    tab.goto("/recycle-bin/?type=leads&q=wandel")
    expect(tab.locator(".bin-note")).to_have_text("Converted")
    assert complaints(tab) == []
    tab.get_by_role("button", name="Restore Wandel").click()
    tab.goto(f"/leads/{pk}/")
    expect(tab.locator("#record-title")).to_have_text("Wandel")


def test_the_bin_is_restored_and_emptied_by_module(
    office: Office, page: Callable[..., Page]
) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        pk = make(office, "Supplier", name=name)
        office.server.manage("shell", "--verbosity=0", "-c", DELETE.format(pk=pk))
    tab = page(office.server, "karin", path="/recycle-bin/?type=suppliers")
    assert complaints(tab) == []
    tab.get_by_label("Choose Alpha").check()
    tab.get_by_role("button", name="Restore chosen").click()
    toast(tab, "1 entry is back.")
    tab.get_by_role("link", name="Empty this module").click()
    expect(tab.locator("main")).to_contain_text("Supplier")
    assert complaints(tab) == []
    sure = tab.get_by_label("Yes, delete these for good")
    tab.get_by_role("button", name="Delete for good").click()
    expect(sure).not_to_be_checked()
    sure.check()
    tab.get_by_role("button", name="Delete for good").click()
    toast(tab, "2 entries are deleted for good.")


def test_without_scripts_the_pencils_lead_to_the_page_with_all_fields(
    office: Office, page: Callable[..., Page]
) -> None:
    pk = make(office, "Contact", last_name="Still")
    tab = page(
        office.server, "agent0", path=f"/contacts/{pk}/", java_script_enabled=False
    )
    tab.locator("#fact-phone .fact-edit").click()
    expect(tab).to_have_url(re.compile(rf"/contacts/{pk}/edit/#id_phone$"))
