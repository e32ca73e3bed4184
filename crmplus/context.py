"""What the frame of every page shows: menus, search, language, appearance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, get_language_info

from crmplus import hooks

SIDEBAR_COOKIE = "sidebar"
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Entry:
    """A menu entry as a template shows it."""

    key: str
    label: str
    icon: str
    url: str
    count: int
    active: bool
    help: str
    keys: str = ""


@dataclass(frozen=True)
class Choice:
    """Something to choose from a menu."""

    value: str
    label: str
    chosen: bool


class Frame:
    """The frame around one request's page; each part is made when it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def modules(self) -> list[Entry]:
        """The module bar."""
        return self._entries("modules")

    @cached_property
    def settings(self) -> list[Entry]:
        """The pages of the global settings that this user may open."""
        return self._entries("settings")

    @property
    def in_settings(self) -> bool:
        if self.request.path.startswith(reverse("administration:settings")):
            return True
        return any(entry.active for entry in self.settings)

    @cached_property
    def create(self) -> list[Entry]:
        """What "new" offers: every kind of record that has a form, and what else."""
        if not (self.signed_in and self.user.is_agent):
            return []
        records = [
            _offered(source.key, source.label, source.icon, source.create_url)
            for source in hooks.registered(hooks.PhoneSource)
            if source.create_url
        ]
        others = hooks.seen_by(self.user, hooks.CreateEntry)
        return records + [
            _offered(one.key, one.label, one.icon, one.url_name) for one in others
        ]

    @cached_property
    def fragments(self) -> list[hooks.PageFragment]:
        return hooks.seen_by(self.user, hooks.PageFragment) if self._works else []

    @cached_property
    def user_pages(self) -> list[hooks.UserPage]:
        """The pages that add-ons bring to a user's settings."""
        return hooks.seen_by(self.user, hooks.UserPage) if self.signed_in else []

    @cached_property
    def topbar_items(self) -> list[hooks.TopbarItem]:
        return hooks.seen_by(self.user, hooks.TopbarItem) if self._works else []

    @cached_property
    def search_url(self) -> str:
        """The page of the global search, "" where there is none for this user."""
        if not (self.signed_in and self.user.is_agent):
            return ""
        try:
            return reverse("records:search")
        except NoReverseMatch:
            return ""

    @property
    def live(self) -> bool:
        """Is there a live channel, so that its state is worth showing?"""
        return self._works and apps.is_installed("crmplus.live")

    @property
    def _works(self) -> bool:
        """Is somebody signed in who has no password to choose before all else?"""
        return self.signed_in and not self.user.must_change_password

    @property
    def theme(self) -> str:
        """The user's; signed out the one that this browser last had."""
        return self.user.theme if self.signed_in else theme_of_browser(self.request)

    @property
    def themes(self) -> list[Choice]:
        """Appearances to choose from; the chosen one is this user's."""
        if not self.signed_in:
            return []
        choices: Iterable[tuple[str, Any]] = self.user._meta.get_field("theme").choices
        return [
            Choice(value, str(label), value == self.user.theme)
            for value, label in choices
        ]

    @property
    def languages(self) -> list[Choice]:
        """The languages, each in its own name."""
        return [
            Choice(code, get_language_info(code)["name_local"], code == get_language())
            for code, _ in settings.LANGUAGES
        ]

    @property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @property
    def sidebar(self) -> str:
        """``folded`` or ``default`` as the user left it, "" if never touched."""
        state = self.request.COOKIES.get(SIDEBAR_COOKIE, "")
        return state if state in ("folded", "default") else ""

    def _entries(self, section: str) -> list[Entry]:
        if not self.signed_in:
            return []
        found = [
            (entry, reverse(entry.url_name))
            for entry in hooks.seen_by(self.user, hooks.MenuEntry)
            if entry.section == section
        ]
        active = self._active([url for _, url in found])
        return [self._entry(entry, url, url == active) for entry, url in found]

    def _entry(self, hook: hooks.MenuEntry, url: str, active: bool) -> Entry:
        return Entry(
            key=hook.key,
            label=str(hook.label),
            icon=hook.icon,
            url=url,
            count=hook.count(self.request) if hook.count else 0,
            active=active,
            help=str(hook.help),
            keys=hook.keys,
        )

    def _active(self, urls: list[str]) -> str:
        # The longest, so that /calls/missed/ does not also light up /calls/.
        path = self.request.path
        inside = (url for url in urls if url != "/" and path.startswith(url))
        return max(inside, key=len, default=path)


def _offered(key: str, label: hooks.Text, icon: str, to: str) -> Entry:
    return Entry(key, str(label), icon, resolve_url(to), 0, active=False, help="")


def theme_of_browser(request: HttpRequest) -> str:
    """The appearance that was last chosen in this browser, or ``auto``."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in ("light", "dark") else "auto"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` in every template."""
    return {"frame": Frame(request)}
