"""Hooks about pages: what an app puts into the frame, home and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmplus.hooks.base import Hook, ShownHook

if TYPE_CHECKING:
    from django.http import HttpRequest

    from crmplus.hooks.base import Text


@dataclass(frozen=True, kw_only=True)
class MenuEntry(ShownHook):
    """An entry of the module bar; ``section`` is ``modules`` or ``settings``.

    ``count`` gives the number shown beside it for a request, 0 for none. ``help`` is
    the sentence under it on the page of all settings. An entry for the role
    "statistics" leads to a view that is ``accounts.rights.open_to_statistics``.
    ``keys`` opens it from anywhere ("g c"): see keys.js.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    section: str = "modules"
    count: Callable[[HttpRequest], int] | None = None
    help: Text = ""
    keys: str = ""


@dataclass(frozen=True, kw_only=True)
class HomePanel(ShownHook):
    """A panel on the home page, such as the agent's last calls.

    ``context(request)`` gives the template's context, or None where the panel has
    nothing to say.
    """

    key: str
    title: Text
    icon: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class SetupStep(Hook):
    """Something that must be done once before all works; the home page leads to it.

    It is for admins, or with ``for_admins`` off for all others who work with records
    and calls. ``done(user)`` says whether it is done; it costs one small query at most.
    ``url_name`` is the page where one does it.
    """

    key: str
    label: Text
    help: Text
    url_name: str
    done: Callable[[Any], bool]
    for_admins: bool = True


@dataclass(frozen=True, kw_only=True)
class SettingsSection(ShownHook):
    """A section of "my settings": a form of its own, saved together with the page.

    ``form(user, data)`` makes the form (data is None on GET); the form's ``save()``
    stores it.
    """

    key: str
    title: Text
    icon: str
    form: Callable[..., Any]
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class UserPage(ShownHook):
    """A page of a user's settings, beside "my settings".

    ``url_name`` is the address of one's own, called ``label``; ``user_url_name`` takes
    a user's ID, is for admins and called ``user_label``: it is not theirs.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    user_label: Text
    user_url_name: str


@dataclass(frozen=True, kw_only=True)
class CreateEntry(ShownHook):
    """Something that "New" in the top bar offers beside records: a page with a form."""

    key: str
    label: Text
    icon: str
    url_name: str


@dataclass(frozen=True, kw_only=True)
class TopbarItem(ShownHook):
    """A template that stands in the top bar of every page of a signed-in user."""

    key: str
    template: str


@dataclass(frozen=True, kw_only=True)
class PageFragment(ShownHook):
    """A template included at the end of every page of a signed-in user."""

    key: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any]] | None = None
    scripts: Sequence[str] = ()
    styles: Sequence[str] = ()
