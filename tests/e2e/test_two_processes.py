"""Two server processes of one installation: an event into one, out of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.e2e.office import JULIA, Call, Office, card, cards, online, type_note
from tests.support.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.redis]


def test_an_event_into_one_process_pops_up_out_of_the_other(
    server: Callable[..., Server],
    page: Callable[..., Page],
    postgres_database: str,
    redis_url: str,
) -> None:
    first = server(DATABASE_URL=postgres_database, REDIS_URL=redis_url)
    second = server(beside=first)
    here = Office(first).furnish()
    there = Office(second)
    there.key = here.key
    agent, other = here.agent(), here.agent()
    tab = online(page(second, agent.name))
    stranger = online(page(second, other.name))

    call = here.rings(agent, JULIA)
    type_note(card(tab, "Julia Berg", "ringing"), "Price list")
    # The process that shows it hears the next event; both know of all of it.
    Call(there, agent.extension, JULIA, call.call_id).tell("connected")
    card(tab, "Julia Berg", "connected")
    call.tell("ended")
    ended = card(tab, "Julia Berg", "ended")

    assert ended.locator("textarea").input_value() == "Price list"
    assert cards(tab).count() == 1
    assert cards(stranger).count() == 0
    [status] = here.ask("list(Call.objects.values_list('status', flat=True))")
    assert status == "ended"
