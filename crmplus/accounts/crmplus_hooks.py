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
hooks.register(hooks.DemoData(order=10, key="users", label=_("Users"), load=demo.load))
