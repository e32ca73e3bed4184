"""The home page: where one is, and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crmplus import hooks
from crmplus.context import Frame


@dataclass(frozen=True)
class Panel:
    """A panel that an add-on brings to the home page."""

    key: str
    title: str
    icon: str
    html: SafeString


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Greeting, panels of the add-ons, and the modules with their counters."""
    now = timezone.localtime()
    context = {
        "greeting": greeting(now.hour),
        "today": now,
        "modules": [entry for entry in Frame(request).modules if entry.key != "home"],
        "panels": panels(request),
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
    for hook in hooks.registered(hooks.HomePanel):
        values = hook.context(request)
        if values is not None:
            html = render_to_string(hook.template, values, request)
            found.append(Panel(hook.key, str(hook.title), hook.icon, html))
    return found
