"""The frame's own menu entry."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks

hooks.register(
    hooks.MenuEntry(
        key="home",
        label=_("Home"),
        icon="home",
        url_name="home",
        keys="g h",
        roles=("statistics",),
        order=0,
    )
)
