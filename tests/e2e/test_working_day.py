"""A working day: twenty calls in every form, two agents, a supervisor, an admin.

Played in English and in German; each state is looked at, beside its picture in the
guides. ``bin/pictures`` runs it to take those pictures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import complaints
from tests.e2e.working_day import (
    ANNA,
    BEHIND_HEAD,
    BEN,
    JULIA,
    PAULA,
    SELLER,
    SHARED,
    TWENTY,
    Day,
    popup,
    tidy,
)
from tests.support.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BLOCKING = f"""
from crmplus.phonebook.normalise import normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.block_list import block
SELLER = {SELLER!r}
"""
SEEN = "visible_calls(Extension.objects.get(number='203').user).count()"


def known_callers(day: Day, anna: Page) -> None:
    """Calls 1 to 4: somebody known, two with one number, a company, nobody known."""
    call = day.rings(ANNA, JULIA)
    expect(popup(anna, "Julia Berg", "ringing")).to_contain_text("Delivery is late")
    day.looks(anna, "day-01-somebody-calls")
    call.tell("connected")
    shown = popup(anna, "Julia Berg", "connected")
    shown.locator("textarea").fill("Wants the new price list")
    shown.locator(".popup-outcome").first.click()
    expect(shown.locator(".popup-outcome.active")).to_have_count(1)
    expect(shown.locator(".popup-saved")).not_to_be_empty()
    day.looks(anna, "day-02-what-came-of-it")
    call.tell("ended")
    popup(anna, "Julia Berg", "ended").locator("[data-popup=close]").click()

    call = day.talks(ANNA, SHARED)
    shown = popup(anna, "Max Weber", "connected")
    day.looks(anna, "day-03-two-with-one-number")
    shown.locator(".popup-choose").first.click()
    expect(shown.locator(".is-chosen")).to_have_count(1)
    call.tell("ended")
    popup(anna, "Max Weber", "ended").locator("[data-popup=close]").click()

    call = day.talks(ANNA, BEHIND_HEAD)
    expect(popup(anna, "Muster GmbH", "connected").locator(".is-guess")).to_have_count(
        1
    )
    call.tell("ended")
    popup(anna, "Muster GmbH", "ended").locator("[data-popup=close]").click()

    call = day.talks(ANNA, SELLER)
    outcomes = popup(anna, "", "connected").locator(".popup-outcomes")
    expect(outcomes).to_be_visible()
    day.looks(anna, "day-04-nobody-known")
    call.tell("ended")
    popup(anna, "", "ended").locator("[data-popup=close]").click()


def calls_in_vain(day: Day) -> None:
    """Calls 5 to 9: anonymous, twice the same caller, busy, rejected."""
    day.rings(ANNA, "anonymous").tell("missed")
    day.rings(ANNA, PAULA).tell("missed")
    day.rings(ANNA, PAULA).tell("missed")
    day.rings(BEN, "+4940111222").tell("missed", cause="busy")
    day.rings(BEN, "+4940111333").tell("missed", cause="rejected")


def calls_of_several(day: Day, anna: Page, ben: Page) -> None:
    """Calls 10 to 13: a ring group, a transfer (two calls), one among colleagues."""
    here, there = day.rings(ANNA, "+4940111444"), day.rings(BEN, "+4940111444")
    there.tell("connected")
    here.tell("missed")
    expect(popup(ben, "", "connected")).to_be_visible()
    there.tell("ended")

    before, now = day.office.call(ANNA, JULIA), int(time.time())
    for event, ago in (("ringing", 140), ("connected", 131), ("ended", 1)):
        before.tell(event, at=str(now - ago))
    after = day.rings(BEN, JULIA)
    shown = popup(ben, "Julia Berg", "ringing")
    expect(shown).to_contain_text("Anna Berger")
    day.looks(ben, "day-05-transferred")
    after.tell("connected")
    after.tell("ended")

    out = day.rings(ANNA, "202", direction="outbound")
    inside = day.rings(BEN, "201")
    expect(popup(ben, "Anna Berger", "ringing")).to_be_visible()
    inside.tell("connected")
    out.tell("connected")
    inside.tell("ended")
    out.tell("ended")


def calls_back(day: Day, anna: Page, ben: Page) -> None:
    """Call 14: Anna takes a missed caller, Ben sees it, and it goes green for both."""
    for tab in (anna, ben):
        tab.goto("/missed-calls/")
        tidy(tab)
    line = anna.locator("#missed tr", has_text="Paula Wagner")
    expect(line.locator(".missed-tries, .col-tries, td.num").first).to_be_visible()
    day.looks(anna, "day-06-missed-calls")
    line.locator("a[data-take]").click()
    expect(
        ben.locator("#missed tr", has_text="Paula Wagner").locator(".missed-owner")
    ).to_contain_text("Anna Berger")
    call = day.talks(ANNA, PAULA, direction="outbound")
    call.tell("ended")
    for tab in (anna, ben):
        gone = tab.locator('#missed tr[data-state="open"]', has_text="Paula Wagner")
        expect(gone).to_have_count(0)
    anna.goto("/missed-calls/?state=closed")
    expect(anna.locator('#missed tr[data-state="reached"]')).to_have_count(1)
    day.looks(anna, "day-07-reached")


def calls_out(day: Day, anna: Page) -> None:
    """Calls 15 to 17: nobody there, engaged, a private one."""
    day.rings(ANNA, "+4940111555", direction="outbound").tell("ended")
    engaged = day.rings(ANNA, "+4940111666", direction="outbound")
    engaged.tell("ended", cause="busy")
    private = day.talks(ANNA, "+4940111777", direction="outbound")
    anna.goto("/")
    # Paula's, and these three; until all are there they move.
    expect(anna.locator("#popup-stack .popup")).to_have_count(4)
    shown = popup(anna, "", "connected")
    shown.locator(".popup-more-menu summary").click()
    shown.locator('form[action$="/private/"] button').click()
    expect(shown.locator(".popup-name")).to_have_count(1)
    private.tell("ended")


def untidy_calls(day: Day, ben: Page) -> None:
    """Calls 18 to 20: a blocked number, an end that comes twice and too early, one
    that still runs."""
    day.office.ask("block(normalise(SELLER, number_plan()), '', None).pk", BLOCKING)
    day.rings(BEN, SELLER).tell("missed")
    untidy = day.office.call(BEN, "+4940111888")
    for event in ("ended", "connected", "ringing", "ended", "ended"):
        untidy.tell(event)
    day.talks(BEN, JULIA)
    expect(popup(ben, "Julia Berg", "connected")).to_be_visible()


def supervisor_looks_on(day: Day, karin: Page) -> None:
    """The log of all, figures, colleagues, the board on the wall."""
    karin.goto("/pbx-manager/")
    expect(karin.locator(".calls").first).to_be_visible()
    day.looks(karin, "day-08-the-log")
    assert complaints(karin) == []
    karin.goto("/colleagues/")
    expect(karin.locator("main")).to_contain_text("Ben Nowak")
    day.looks(karin, "day-09-colleagues")
    karin.goto("/statistics/")
    expect(karin.locator("canvas").first).to_be_visible()
    day.looks(karin, "day-10-statistics")
    karin.goto("/statistics/wall/")
    day.looks(karin, "day-11-wall-board")


def records_in_between(day: Day, anna: Page) -> None:
    """Search, the page of a record, a list, what is to be done."""
    anna.goto("/")
    tidy(anna)
    day.looks(anna, "day-12-home")
    anna.locator("#global-search").fill("berg")
    option = anna.locator("#global-search-list [role=option]").first
    expect(option).to_contain_text("Julia Berg")
    day.looks(anna, "day-13-search")
    option.click()
    expect(anna.locator("h1")).to_contain_text("Julia Berg")
    day.looks(anna, "day-14-a-contact")
    anna.goto("/contacts/")
    day.looks(anna, "day-15-contacts")
    anna.goto("/activities/")
    day.looks(anna, "day-16-my-day")
    anna.goto("/tickets/")
    day.looks(anna, "day-17-tickets")


def admin_sets_up(day: Day, monika: Page) -> None:
    """Outcomes and groups."""
    monika.goto("/settings/pbx-manager/outcomes/")
    day.looks(monika, "day-18-outcomes")
    monika.goto("/settings/workplace/")
    day.looks(monika, "day-19-groups")


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_a_working_day(
    server: Callable[..., Server], page: Callable[..., Page], locale: str
) -> None:
    day = Day.begin(server(), locale, page)
    anna, ben = day.open_page("anna"), day.open_page("ben")
    known_callers(day, anna)
    calls_in_vain(day)
    calls_of_several(day, anna, ben)
    calls_back(day, anna, ben)
    calls_out(day, anna)
    untidy_calls(day, ben)
    supervisor_looks_on(day, day.open_page("karin"))
    records_in_between(day, anna)
    admin_sets_up(day, day.open_page("monika"))
    assert day.office.ask("Call.objects.count()") == TWENTY
    states = day.office.ask("sorted(Call.objects.values_list('status', flat=True))")
    assert states.count("connected") == 1
    # Karin sees all of them but the private one.
    assert day.office.ask(SEEN, "from pbxmanager.visibility import visible_calls") == (
        TWENTY - 1
    )
    assert not day.differing, "\n".join(day.differing)
