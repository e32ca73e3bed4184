"""The recycle bin's place in the module bar."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks

hooks.register(
    hooks.MenuEntry(
        order=900,
        key="recycle-bin",
        label=_("Recycle bin"),
        icon="trash",
        url_name="recyclebin:list",
        help=_("What was deleted, and how to get it back."),
    )
)
