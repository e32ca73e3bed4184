"""An admin makes a team; its people see what is theirs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.office import Agent, Office, online
from tests.support.server import DEMO_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
OWNED = """
from crmplus.accounts.models import User
from crmplus.records.models import Contact
for name, owner in {owners!r}.items():
    user = User.objects.get(username=owner)
    Contact.objects.create(last_name=name, phone="+4930777" + str(user.pk), owner=user)
"""


@pytest.fixture
def boss(office: Office, page: Callable[..., Page]) -> Page:
    return online(page(office.server, "karin", path="/settings/teams/"))


def give(boss: Page, agent: Agent, team: str, scope: str) -> None:
    """Put somebody into a team, by hand."""
    boss.goto("/settings/users/?q=" + agent.name)
    boss.get_by_role("row", name=agent.name).get_by_role("link").first.click()
    warning = boss.get_by_text("Without a team they see only what is their own")
    boss.locator(f"[name=sees_records][value={scope}]").check()
    expect(warning).to_be_visible(visible=scope == "team")
    boss.get_by_label("Team", exact=True).select_option(label=team)
    expect(warning).to_be_hidden()
    assert complaints(boss) == []
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("The user is saved.")).to_be_visible()


def test_who_is_in_a_team_sees_what_is_the_teams(
    office: Office, boss: Page, page: Callable[..., Page]
) -> None:
    me, mate, stranger = office.agent(), office.agent(), office.agent()
    owners = {"Mine": me.name, "Ours": mate.name, "Theirs": stranger.name}
    code = OWNED.format(owners=owners)
    office.server.manage("shell", "--verbosity=0", "-c", code)

    assert complaints(boss) == []
    boss.get_by_label("Name", exact=True).fill("Sales")
    boss.get_by_role("button", name="Create team").click()
    expect(boss.get_by_role("heading", name="Sales")).to_be_visible()
    assert complaints(boss) == []
    name = f"Agent No. {mate.number}"
    boss.get_by_role("checkbox", name=name, exact=True).check()
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("The team is saved.")).to_be_visible()
    give(boss, me, "Sales", "team")
    boss.goto("/settings/teams/")
    boss.get_by_role("link", name="Sales").click()
    expect(boss.get_by_role("row", name="No. ")).to_have_count(2)
    assert complaints(boss) == []

    tab = online(page(office.server, me.name, path="/contacts/"))
    listed = tab.locator("table.list")
    expect(listed).to_contain_text("Mine")
    expect(listed).to_contain_text("Ours")
    expect(listed).not_to_contain_text("Theirs")
    theirs = office.ask(
        "__import__('crmplus.records.models').records.models"
        ".Contact.objects.get(last_name='Theirs').pk"
    )
    answer = tab.goto(f"/contacts/{theirs}/")
    assert answer
    assert answer.status == 404


def test_a_page_is_covered_once_its_person_is_signed_out(
    office: Office, page: Callable[..., Page]
) -> None:
    me = office.agent()
    minutes = f"User.objects.filter(username={me.name!r}).update(sign_out_after=5)"
    code = f"from crmplus.accounts.models import User; {minutes}"
    office.server.manage("shell", "--verbosity=0", "-c", code)
    tab = online(page(office.server, me.name, path="/contacts/new/"))
    tab.fill("[name=last_name]", "Half a name")

    expire = (
        "from django.contrib.sessions.models import Session as S\n"
        "from django.utils import timezone\n"
        "from crmplus.accounts.models import User\n"
        f"me = str(User.objects.get(username={me.name!r}).pk)\n"
        "for row in S.objects.all():\n"
        "    if row.get_decoded().get('_auth_user_id') == me:\n"
        "        row.expire_date = timezone.now(); row.save()\n"
    )
    office.server.manage("shell", "--verbosity=0", "-c", expire)
    cover = tab.get_by_role("dialog", name="You are signed out")
    # The channel ends within 5 s; the rest is for a slow machine.
    expect(cover).to_be_visible(timeout=20_000)
    tab.keyboard.press("Escape")
    expect(cover).to_be_visible()
    assert complaints(tab) == []

    with tab.context.expect_page() as opened:
        cover.get_by_role("link", name="Sign in").click()
    second = opened.value
    second.fill("[name=username]", me.name)
    second.fill("[name=password]", DEMO_PASSWORD)
    with second.expect_navigation():
        second.press("[name=password]", "Enter")
    tab.bring_to_front()
    expect(cover).to_be_hidden(timeout=20_000)
    expect(tab.locator("[name=last_name]")).to_have_value("Half a name")
