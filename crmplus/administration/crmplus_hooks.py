"""What administration brings to the frame."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks

hooks.register(
    hooks.MenuEntry(
        key="cron-jobs",
        label=_("Cron jobs"),
        icon="clock-play",
        url_name="administration:cron-jobs",
        section="settings",
        roles=("admin",),
        help=_("What runs by itself, and how it went."),
        order=90,
    )
)
