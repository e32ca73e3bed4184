"""What the accounts bring to the frame."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.accounts import demo, user_changes
from crmplus.accounts.models import Role

user_changes.register()
hooks.register(
    hooks.MenuEntry(
        key="users",
        label=_("Users"),
        icon="users",
        url_name="accounts:users",
        section="settings",
        roles=(Role.ADMIN,),
        help=_("Who may sign in, and as what."),
        order=10,
    )
)
hooks.register(
    hooks.MenuEntry(
        key="teams",
        label=_("Teams"),
        icon="users-group",
        url_name="accounts:teams",
        section="settings",
        roles=(Role.ADMIN,),
        help=_("Who works together, and sees each other's records and calls."),
        order=11,
    )
)
hooks.register(
    hooks.PageFragment(
        key="idle",
        order=20,
        template="accounts/idle.html",
        scripts=("accounts/idle.js",),
        styles=("accounts/accounts.css",),
        roles=(Role.STATISTICS,),
    )
)
hooks.register(hooks.DemoData(order=10, key="users", label=_("Users"), load=demo.load))
