"""Who may see call statistics alone: all is closed but for what says it is open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.views import View
from rest_framework.views import APIView

from crmplus import context, home, hooks
from crmplus.accounts.middleware import StatisticsOnlyMiddleware
from crmplus.accounts.models import Role, User
from crmplus.accounts.rights import (
    is_open_to_statistics,
    open_to_statistics,
    role_required,
)
from crmplus.api.tokens import create as create_token
from crmplus.live.bus import Bus
from crmplus.live.sessions import Who, identify
from crmplus.live.stream import snapshot
from tests.crmplus.accounts.conftest import client_of, person


@pytest.fixture
def nora(db: None) -> User:
    return person("nora", Role.STATISTICS)


def plain(request: Any) -> HttpResponse:
    return HttpResponse("in")


class InClass(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("in")


class InApi(APIView):
    pass


@pytest.mark.parametrize("view", [plain, InClass.as_view(), InApi.as_view()])
def test_a_view_that_says_nothing_is_closed(view: Any) -> None:
    assert not is_open_to_statistics(view)


def test_functions_and_classes_can_say_that_they_are_open() -> None:
    assert is_open_to_statistics(open_to_statistics(lambda request: None))
    guarded = role_required(Role.STATISTICS)(open_to_statistics(lambda request: None))
    assert is_open_to_statistics(guarded)
    for base in (View, APIView):
        opened = open_to_statistics(type("Opened", (base,), {}))
        assert is_open_to_statistics(opened.as_view())
        # Who inherits has to think about it anew.
        assert not is_open_to_statistics(type("Heir", (opened,), {}).as_view())


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMIN])
def test_nobody_else_is_kept_out(rf: RequestFactory, role: str) -> None:
    request = rf.get("/")
    request.user = User(role=role)
    gate = StatisticsOnlyMiddleware(plain)
    assert gate.process_view(request, plain, [], {}) is None
    request.user = User(role=Role.STATISTICS)
    with pytest.raises(PermissionDenied):
        gate.process_view(request, plain, [], {})


def test_a_new_view_is_closed_until_it_is_opened(nora: User, settings: Any) -> None:
    settings.ROOT_URLCONF = (path("closed/", plain), path("open/", OPENED))
    browser = client_of(nora)
    assert browser.get("/open/").status_code == 200
    assert browser.get("/closed/").status_code == 403


OPENED = open_to_statistics(lambda request: HttpResponse("in"))


def test_what_everybody_needs_is_open(nora: User) -> None:
    browser = client_of(nora)
    for page in ("/", "/my/settings/", "/my/password/"):
        assert browser.get(page).status_code == 200
    assert browser.post("/my/theme/", {"theme": "dark"}).status_code == 302


def test_an_api_token_opens_nothing(nora: User, client: Any) -> None:
    _token, secret = create_token(nora)
    answer = client.get("/api/contacts/", headers={"Authorization": f"Token {secret}"})
    assert answer.status_code == 403


class TestFrame:
    def frame(self, rf: RequestFactory, user: User) -> context.Frame:
        request = rf.get("/")
        request.user = user
        return context.Frame(request)

    def test_shows_nothing_of_customers_and_calls(self, rf: Any, nora: User) -> None:
        frame = self.frame(rf, nora)
        assert not frame.create
        assert not frame.search_url
        assert {one.key for one in frame.topbar_items} <= {"jobs"}
        assert not frame.user_pages
        # What says that one is signed out, and the keys of the menu.
        assert {one.key for one in frame.fragments} <= {"live", "idle", "jobs", "keys"}

    def test_leads_only_to_pages_that_are_open(self, nora: User) -> None:
        browser = client_of(nora)
        request = browser.get("/").wsgi_request
        request.user = nora
        for entry in context.Frame(request).modules:
            assert browser.get(entry.url).status_code == 200

    def test_has_no_panels_and_steps_at_home(self, rf: Any, nora: User) -> None:
        request = rf.get("/")
        request.user = nora
        panel = hooks.HomePanel(
            key="p", title="P", icon="phone", template="", context=lambda request: {}
        )
        with hooks.temporarily(panel):
            assert not [one for one in home.panels(request) if one.key == "p"]
        assert home.steps(nora) == []

    def test_sees_a_hook_that_names_the_role(self, nora: User) -> None:
        entry = hooks.MenuEntry(key="x", label="X", icon="phone", url_name="home")
        named = hooks.MenuEntry(
            key="y",
            label="Y",
            icon="phone",
            url_name="home",
            roles=(Role.STATISTICS, Role.AGENT),
        )
        with hooks.temporarily(entry), hooks.temporarily(named):
            keys = {one.key for one in hooks.seen_by(nora, hooks.MenuEntry)}
        assert "y" in keys
        assert "x" not in keys


class TestLive:
    def test_gets_no_message_but_those_that_are_for_them(self) -> None:
        nora = Who(1, "n", "1", is_agent=False)
        anna = Who(2, "a", "1")
        bus = Bus()

        async def heard() -> dict[str, bytes]:
            streams = {"nora": bus.join(nora), "anna": bus.join(anna)}
            bus.publish([1, 2], {"type": "call"})
            bus.publish([1, 2], {"type": "figures"}, to_statistics=True)
            await asyncio.sleep(0)
            found = {name: one.take() for name, one in streams.items()}
            for one in streams.values():
                bus.leave(one)
            return found

        try:
            found = asyncio.run(heard())
        finally:
            bus.stop()
        assert b"call" in found["anna"]
        assert b"figures" in found["anna"]
        assert b"call" not in found["nora"]
        assert b"figures" in found["nora"]

    def test_carries_the_same_through_redis(self) -> None:
        bus = Bus()
        heard: list[tuple[list[int], bool]] = []
        bus.hub.deliver = lambda users, frame, to_statistics: heard.append(  # type: ignore[method-assign]
            (list(users), to_statistics)
        )
        bus._heard(b"1,2\n{}")
        bus._heard(b"s:1,2\n{}")
        assert heard == [([1, 2], False), ([1, 2], True)]

    def test_begins_with_nothing_but_what_is_for_them(self, nora: User) -> None:
        browser = client_of(nora)
        who = identify(browser.session.session_key)
        assert who
        assert not who.is_agent
        calls = hooks.LiveSnapshot(key="c", messages=lambda user: [{"type": "call"}])
        figures = hooks.LiveSnapshot(
            key="f", messages=lambda user: [{"type": "figures"}], roles=("statistics",)
        )
        with hooks.temporarily(calls), hooks.temporarily(figures):
            first = snapshot(who)
        assert b"figures" in first
        assert b"call" not in first
