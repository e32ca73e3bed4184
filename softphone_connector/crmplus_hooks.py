"""What the softphone connector adds to the host."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from pbxmanager.sources import SourceKind
from pbxmanager.workplace.quiet import DoNotDisturb
from softphone_connector import (
    api,
    availability,
    change_words,
    health,
    key_owners,
)
from softphone_connector.add_on import ADD_ON
from softphone_connector.endpoints.asgi import EventDoor
from softphone_connector.endpoints.requests import PREFIX
from softphone_connector.models import SoftphoneKey
from softphone_connector.popup import snapshot, stack

hooks.register(ADD_ON)
hooks.register(DoNotDisturb(among=availability.disturbed))
health.register()
change_words.register()
hooks.register(hooks.AsgiPath(prefix=PREFIX, app=EventDoor()))
hooks.register(hooks.LiveSnapshot(key="popup", messages=snapshot))
hooks.register(
    hooks.PageFragment(
        key="popup",
        template="softphone_connector/popup_stack.html",
        context=stack,
        scripts=("softphone_connector/popup.js", "softphone_connector/dial.js"),
        styles=("softphone_connector/popup.css", "softphone_connector/my_phone.css"),
    )
)
hooks.register(
    hooks.UserPage(
        key="phone",
        label=_("My phone"),
        icon="phone",
        url_name="softphone_connector:my-phone",
        user_label=_("Phones"),
        user_url_name="softphone_connector:users-phone",
    )
)
hooks.register(
    hooks.TopbarItem(key="disturb", template="softphone_connector/disturb.html")
)
# Before the calls: whether they may make a noise is known then.
hooks.register(
    hooks.LiveSnapshot(order=50, key="availability", messages=availability.snapshot)
)
hooks.register(hooks.ApiRoutes(order=40, key="dial", urls=api.urlpatterns))
hooks.register(
    hooks.MenuEntry(
        key="clients",
        label=_("Phones and clients"),
        icon="device-landline-phone",
        url_name="softphone_connector:clients",
        section="settings",
        roles=("admin",),
        help=_("How each phone, softphone and PBX is set up, and what it reports."),
        order=40,
    )
)
hooks.register(
    hooks.MenuEntry(
        key="keys",
        label=_("Keys"),
        icon="key",
        url_name="softphone_connector:keys",
        section="settings",
        roles=("admin",),
        help=_("Who may report calls, since when, and when it was last used."),
        order=41,
    )
)
hooks.register(
    hooks.SetupStep(
        order=40,
        key="client",
        label=_("Connect the first phone"),
        help=_("Choose what you have: its page says what to enter where."),
        url_name="softphone_connector:clients",
        done=lambda user: SoftphoneKey.objects.filter(
            last_used_at__isnull=False
        ).exists(),
    )
)
hooks.register(
    hooks.SetupStep(
        key="phone",
        label=_("Set up your phone"),
        help=_("Then your calls pop up here, and a click on a number dials it."),
        url_name="softphone_connector:my-phone",
        done=lambda user: user.extensions.exists(),
        for_admins=False,
    )
)
hooks.register(
    hooks.MenuEntry(
        key="events",
        label=_("Event inspector"),
        icon="radar-2",
        url_name="softphone_connector:events",
        section="settings",
        roles=("admin",),
        help=_("What phones really sent, as it comes, and what was made of it."),
        order=42,
    )
)
hooks.register(
    SourceKind(
        prefix=key_owners.PREFIX,
        reporters=key_owners.reporters,
        using=key_owners.using,
        door=f"{PREFIX}{{key}}/",
    )
)
