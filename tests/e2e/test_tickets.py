"""A day with tickets: from the form to the reminder, and what axe has to say of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, second_tab

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Sit = Callable[..., "Page"]
MAKE_DUE = """
from datetime import timedelta
from django.utils import timezone
from crmplus.accounts.models import User
from crmplus.tickets.models import Activity
user = User.objects.get(username={name!r})
Activity.objects.filter(owner=user).update(due_at=timezone.now() - timedelta(minutes=1))
"""


def test_a_ticket_from_the_form_to_its_end(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path="/tickets/")
    expect(tab.get_by_text("You have no open tickets")).to_be_visible()
    assert complaints(tab) == []

    tab.get_by_role("link", name="New ticket").first.click()
    tab.get_by_label("Subject").fill("Toner is missing")
    tab.get_by_label("Find a record").press_sequentially("Julia")
    tab.get_by_label(re.compile("Julia Berg")).check()
    tab.get_by_text("Tomorrow,").click()
    assert complaints(tab) == []
    tab.get_by_role("button", name="Save").click()

    expect(tab.get_by_role("heading", level=1)).to_contain_text("Toner is missing")
    expect(tab.get_by_role("link", name="Julia Berg")).to_be_visible()
    tab.get_by_label("Priority").select_option("High")
    expect(tab.locator("#toasts")).to_contain_text("High")
    tab.locator("#comment").fill("Ordered two.")
    tab.get_by_role("button", name="Add comment").click()
    expect(tab.locator(".timeline-list")).to_contain_text("Ordered two.")
    assert complaints(tab) == []

    tab.goto("/tickets/")
    tab.locator("summary.work-status").click()
    tab.get_by_role("button", name="Closed").click()
    expect(tab.get_by_text("You have no open tickets")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("link", name=re.compile("Toner is missing"))).to_be_visible()
    assert complaints(tab) == []

    tab.get_by_role("link", name="Julia Berg").click()
    panel = tab.locator(".card", has=tab.get_by_role("heading", name="To do"))
    expect(panel).to_contain_text("Toner is missing")
    panel.get_by_label("What is to be done").fill("Ask for the model")
    panel.get_by_role("button", name="Add").click()
    expect(panel).to_contain_text("Ask for the model")


def test_what_is_due_is_told_in_all_tabs_and_ticked_off(
    office: Office, sit: Sit, agent: Agent
) -> None:
    tab = sit(agent, path="/activities/new/?phone=%2B493023125101")
    tab.get_by_text("In 1 hour").click()
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".work-list")).to_contain_text("Julia Berg")
    assert complaints(tab) == []
    other = second_tab(tab, "/")

    code = MAKE_DUE.format(name=agent.name)
    office.server.manage("shell", "--verbosity=0", "-c", code)
    for one in (tab, other):
        card = one.locator("#toasts .work-card")
        expect(card).to_contain_text("Call back: Julia Berg, due", timeout=60_000)
        expect(card.get_by_role("link", name="Open")).to_be_visible()
        expect(card.get_by_role("link", name="Call")).to_have_attribute(
            "data-dial", "+493023125101"
        )
    assert complaints(other) == []
    other.locator("#toasts .work-card .toast-close").click()
    expect(tab.locator("#toasts .work-card")).to_have_count(0)

    tab.reload()
    expect(tab.get_by_role("heading", name="Overdue")).to_be_visible()
    tab.get_by_role("button", name=re.compile("^Done: ")).click()
    expect(tab.get_by_text("Nothing to do")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".work-list")).to_contain_text("Julia Berg")
    tab.locator(".work-list summary").click()
    tab.get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(tab.get_by_role("heading", name="Tomorrow")).to_be_visible()


def test_a_colleague_is_told_of_a_ticket_that_is_theirs_now(
    office: Office, sit: Sit, agent: Agent
) -> None:
    colleague = office.agent()
    theirs = sit(colleague)
    tab = sit(agent, path="/tickets/new/?subject=Second+delivery")
    tab.get_by_label("Owner").select_option(f"Agent No. {colleague.number}")
    tab.get_by_role("button", name="Save").click()
    card = theirs.locator("#toasts .work-card")
    expect(card).to_contain_text("Second delivery")
    card.get_by_role("link", name="Open").click()
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Second delivery")
