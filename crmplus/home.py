"""The home page: where one is, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.accounts.rights import open_to_statistics
from crmplus.context import Frame
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True)
class Panel:
    """A panel that an add-on brings to the home page."""

    key: str
    title: str
    icon: str
    html: SafeString


@dataclass(frozen=True)
class Step:
    """A step of setting up; ``is_next`` is the first that is not done."""

    label: str
    help: str
    url: str
    is_done: bool
    is_next: bool


@open_to_statistics
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Greeting, what is still to be set up, panels, and the modules with counters."""
    now = timezone.localtime()
    context = {
        "greeting": greeting(now.hour),
        "today": now,
        "modules": [entry for entry in Frame(request).modules if entry.key != "home"],
        "panels": panels(request),
        "steps": steps(signed_in_user(request)),
    }
    return render(request, "crmplus/home.html", context)


def greeting(hour: int) -> str:
    """What one says at an hour of the day (0 to 23)."""
    if 5 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 18:
        return _("Good day")
    return _("Good evening")


def panels(request: HttpRequest) -> list[Panel]:
    """The panels that have something to say."""
    found = []
    for hook in hooks.seen_by(request.user, hooks.HomePanel):
        values = hook.context(request)
        if values is not None:
            html = render_to_string(hook.template, values, request)
            found.append(Panel(hook.key, str(hook.title), hook.icon, html))
    return found


def steps(user: User) -> list[Step]:
    """What a user is to set up, in its order; empty once all of it is done.

    At most one query for each step.
    """
    if not user.is_agent:
        return []
    own = [
        hook
        for hook in hooks.registered(hooks.SetupStep)
        if hook.for_admins == user.is_admin
    ]
    done = [hook.done(user) for hook in own]
    if all(done):
        return []
    following = done.index(False)
    return [
        Step(
            str(hook.label),
            str(hook.help),
            reverse(hook.url_name),
            is_done,
            place == following,
        )
        for place, (hook, is_done) in enumerate(zip(own, done, strict=True))
    ]
