"""What the workplace adds to the host."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from pbxmanager.sharing import CallSharing, KnownNumbers
from pbxmanager.workplace import (
    change_words,
    demo,
    keeping,
    main_numbers,
    on_behalf,
    routing,
    shifts,
    views,
)
from pbxmanager.workplace.looks import all_looks
from pbxmanager.workplace.models import Group, Pause


def _looks(request: HttpRequest) -> dict[str, Any]:
    return {"looks": all_looks()}


change_words.register()
hooks.register(
    CallSharing(
        parts=routing.parts,
        people=routing.people,
        rang_for=routing.rang_for,
        move=routing.move,
        in_whose_name=on_behalf.dialled_for,
    )
)
hooks.register(KnownNumbers(of=main_numbers.known_numbers))
hooks.register(hooks.LiveSnapshot(key="workplace", messages=shifts.snapshot))
hooks.register(
    hooks.PageFragment(
        key="presence",
        template="workplace/looks.html",
        context=_looks,
        scripts=("workplace/presence.js",),
        styles=("workplace/workplace.css",),
    )
)
hooks.register(
    hooks.MenuEntry(
        order=190,
        key="colleagues",
        label=_("Colleagues"),
        icon="users",
        url_name="workplace:panel",
        keys="g u",
        help=_("Who is free, who is on the phone, and how to reach them."),
    )
)
hooks.register(
    hooks.HomePanel(
        order=40,
        key="colleagues",
        title=_("Pinned colleagues"),
        icon="users",
        template="workplace/home_panel.html",
        context=views.home_panel,
    )
)
hooks.register(
    hooks.UserPage(
        key="presence",
        label=_("My presence"),
        icon="user-check",
        url_name="workplace:my-presence",
        user_label=_("Presence"),
        user_url_name="workplace:users-presence",
    )
)
hooks.register(
    hooks.MenuEntry(
        order=35,
        key="workplace-settings",
        label=_("Workplace"),
        icon="desk",
        url_name="workplace:settings",
        section="settings",
        roles=("admin",),
        help=_("Groups that take calls together, breaks, deputies and main numbers."),
    )
)
for _key, _model, _label, _icon in (
    ("groups", Group, _("Group"), "users-group"),
    ("breaks", Pause, _("Break"), "coffee"),
):
    hooks.register(
        hooks.BinType(
            order=90,
            key=_key,
            model=_model,
            label=_label,
            icon=_icon,
            title=str,
            roles=("admin",),
        )
    )
hooks.register(
    hooks.BackgroundLoop(
        key="end-wrap-ups", seconds=keeping.WRAP_UP_SECONDS, run=keeping.end_wrap_ups
    )
)
hooks.register(
    hooks.BackgroundLoop(
        key="notice-away", seconds=keeping.AWAY_SECONDS, run=keeping.notice_away
    )
)
hooks.register(
    hooks.DemoData(order=35, key="workplace", label=_("Workplace"), load=demo.load)
)
