"""The frame around every page."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template import loader
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from crmplus import context, home, hooks, toasts
from crmplus.accounts.models import User
from crmplus.context import Frame
from tests.crmplus.accounts.conftest import client_of


def entry(key: str, url_name: str, **more: object) -> hooks.MenuEntry:
    return hooks.MenuEntry(
        key=key, label=key.title(), icon="phone", url_name=url_name, **more
    )


# Somebody for whom nothing is left to set up.
SETTLED = hooks.SetupStep(
    key="all", label="All", help="", url_name="home", done=lambda user: True
)
NO_PANEL = hooks.HomePanel(
    key="none", title="", icon="", template="", context=lambda request: None
)


def source(**more: object) -> hooks.PhoneSource:
    fields = {
        "key": "people",
        "model": User,
        "fields": {},
        "label": "Person",
        "label_plural": "People",
        "icon": "user",
        "title": str,
        "url": str,
    }
    return hooks.PhoneSource(**{**fields, **more})


def frame_of(rf, user: User, path: str = "/") -> Frame:
    request = rf.get(path)
    request.user = user
    return Frame(request)


class TestMenu:
    def test_shows_what_the_role_may_see_in_order(self, rf, only, anna, karin):
        only(
            entry("team", "accounts:users", roles=("supervisor",)),
            entry("first", "home", order=1),
        )
        assert [e.key for e in frame_of(rf, anna).modules] == ["first"]
        assert [e.key for e in frame_of(rf, karin).modules] == ["first", "team"]

    @pytest.mark.parametrize(
        ("path", "active"),
        [
            ("/", "home"),
            ("/settings/", "settings"),
            ("/settings/users/", "users"),
            ("/settings/users/7/", "users"),
            ("/elsewhere/", None),
        ],
    )
    def test_marks_where_one_is(self, rf, only, anna, path, active):
        only(
            entry("home", "home"),
            entry("settings", "administration:settings"),
            entry("users", "accounts:users"),
        )
        lit = [e.key for e in frame_of(rf, anna, path).modules if e.active]
        assert lit == ([active] if active else [])

    def test_counts_once_per_page(self, only, anna):
        asked = []
        only(entry("missed", "home", count=lambda r: asked.append(r) or 7))
        page = client_of(anna).get(reverse("accounts:my-settings")).text
        assert re.search(r"nav-count[^>]*>7<", page)
        assert len(asked) == 1

    def test_is_empty_for_who_is_not_signed_in(self, rf, only):
        only(entry("home", "home"))
        assert Frame(rf.get("/")).modules == []
        assert Frame(rf.get("/")).fragments == []
        assert Frame(rf.get("/")).themes == []

    def test_leads_admins_to_the_settings(self, rf, admin):
        assert frame_of(rf, admin, "/settings/users/").in_settings
        # No entry's address is the beginning of this one.
        assert frame_of(rf, admin, "/settings/pbx-manager/outcomes/").in_settings
        assert frame_of(rf, admin, "/settings/").in_settings
        assert not frame_of(rf, admin, "/").in_settings

    def test_new_offers_what_others_bring_too(self, rf, anna):
        labels = [entry.label for entry in frame_of(rf, anna).create]
        assert labels[-2:] == ["Ticket", "Activity"]

    def test_new_offers_the_records_that_have_a_form(self, rf, only, anna):
        only(source(create_url="accounts:new-user"), source(key="calls"))
        (choice, *_others) = frame_of(rf, anna).create
        assert (choice.label, choice.url) == ("Person", "/settings/users/new/")


class TestSearch:
    def test_is_there_with_the_records(self, rf, monkeypatch, anna):
        monkeypatch.setattr(context, "reverse", lambda name: "/search/")
        page = loader.render_to_string(
            "crmplus/includes/topbar.html",
            {"frame": frame_of(rf, anna), "user": anna},
            rf.get("/"),
        )
        assert 'action="/search/"' in page

    def test_vanishes_without_them(self, rf, monkeypatch, anna):
        def missing(name: str) -> str:
            raise NoReverseMatch(name)

        monkeypatch.setattr(context, "reverse", missing)
        assert frame_of(rf, anna).search_url == ""


class TestFragments:
    def test_come_with_their_scripts_and_context(self, only, anna):
        only(
            hooks.PageFragment(
                key="x",
                template="crmplus/includes/pager.html",
                context=lambda request: {"next_url": f"?user={request.user.pk}"},
                scripts=("x/x.js",),
                styles=("x/x.css",),
            ),
            hooks.PageFragment(key="y", template="crmplus/includes/chips.html"),
        )
        page = client_of(anna).get("/").text
        assert f'href="?user={anna.pk}"' in page
        assert re.search(r'<script src="[^"]*x/x.js" type="module">', page)
        assert re.search(r'<link rel="stylesheet" href="[^"]*x/x.css">', page)


class TestSidebar:
    @pytest.mark.parametrize(
        ("cookie", "state"),
        [("folded", "folded"), ("default", "default"), ('"><script>', ""), (None, "")],
    )
    def test_is_as_the_user_left_it(self, anna, cookie, state):
        client = client_of(anna)
        if cookie:
            client.cookies["sidebar"] = cookie
        html = client.get("/").text.split("<head>")[0]
        assert (f'data-bs-sidebar="{state}"' in html) is bool(state)


class TestToast:
    def test_offers_undo_as_a_form(self, rf):
        request = rf.get("/")
        request.session = {}
        request._messages = FallbackStorage(request)
        toasts.undoable(request, "<b>Anna</b> is in the bin", "/undo/7/")
        html = loader.render_to_string(
            "crmplus/includes/toasts.html", {"messages": get_messages(request)}, request
        )
        assert "&lt;b&gt;Anna" in html
        assert '<form method="post" action="/undo/7/">' in html
        assert "csrfmiddlewaretoken" in html

    def test_is_plain_otherwise(self, admin, anna):
        address = reverse("accounts:set-active", args=[anna.pk])
        answer = client_of(admin).post(address, {"active": "0"}, follow=True)
        assert "Anna Schmidt is locked out" in answer.text
        assert answer.text.count('class="toast show"') == 1
        assert ">Undo</button>" not in answer.text


class TestHome:
    def test_greets_and_shows_the_modules(self, only, anna, time_machine):
        time_machine.move_to("2026-03-04 08:30Z", tick=False)
        only(
            entry("home", "home"),
            entry("missed", "accounts:users", count=lambda r: 3, help="Call them back"),
        )
        page = client_of(anna).get("/").text
        assert "Good morning, Anna" in page
        assert "Wednesday, 4 March 2026" in page
        assert 'class="tile-count">3<' in page
        assert "Call them back" in page
        assert page.count('class="tile"') == 1

    @pytest.mark.parametrize(
        ("hour", "words"),
        [(4, "evening"), (5, "morning"), (11, "day"), (17, "day"), (18, "evening")],
    )
    def test_greets_by_the_hour(self, hour, words):
        with translation.override("en"):
            assert home.greeting(hour) == f"Good {words}"

    def test_shows_the_panels_that_have_something_to_say(self, only, anna):
        def panel(key: str, values: dict[str, object] | None) -> hooks.HomePanel:
            return hooks.HomePanel(
                key=key,
                title=f"{key} calls",
                icon="phone",
                template="crmplus/includes/pager.html",
                context=lambda request: values,
            )

        only(panel("last", {"next_url": "?older"}), panel("missed", None))
        page = client_of(anna).get("/").text
        assert "last calls" in page
        assert 'href="?older"' in page
        assert "missed calls" not in page

    def test_leads_through_what_is_to_be_set_up(self, only, anna, admin):
        def step(key: str, done: bool, for_admins: bool = True) -> hooks.SetupStep:
            return hooks.SetupStep(
                key=key,
                label=f"Do {key}",
                help=f"How to do {key}.",
                url_name="accounts:users",
                done=lambda user: done,
                for_admins=for_admins,
            )

        only(
            step("one", done=True),
            step("two", done=False),
            step("three", done=False),
            step("mine", done=False, for_admins=False),
        )
        page = client_of(admin).get("/").text
        shown = re.findall(r'<li class="setup-step.*?</li>', page, re.DOTALL)
        assert ["How to do" in one for one in shown] == [False, True, True]
        assert ["is-done" in one for one in shown] == [True, False, False]
        assert ['aria-current="step"' in one for one in shown] == [False, True, False]
        assert "Do mine" not in page
        assert "Do mine" in client_of(anna).get("/").text
        only(step("one", done=True), step("two", done=True))
        assert "setup-step" not in client_of(admin).get("/").text

    def test_says_what_to_do_when_there_is_nothing(self, only, anna):
        only(entry("home", "home"), NO_PANEL)
        assert "No modules yet" in client_of(anna).get("/").text

    def test_asks_to_sign_in_first(self, client: Client, db: None):
        assert client.get("/").url == "/sign-in/?next=/"

    def test_takes_two_queries(self, only, anna, django_assert_num_queries):
        only(entry("home", "home"), SETTLED, NO_PANEL)
        client = client_of(anna)
        with django_assert_num_queries(2):  # session, user
            client.get("/")


class TestSecurity:
    def test_no_page_needs_inline_scripts_or_styles(self, admin):
        client = client_of(admin)
        for name in ("home", "accounts:users", "accounts:new-user"):
            page = client.get(reverse(name))
            assert "default-src 'self'" in page["Content-Security-Policy"]
            assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", page.text)

    def test_every_form_that_posts_has_a_token(self, admin):
        page = client_of(admin).get(reverse("accounts:user", args=[admin.pk])).text
        forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
        assert len(forms) >= 5
        assert all("csrfmiddlewaretoken" in form for form in forms)
