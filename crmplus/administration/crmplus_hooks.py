"""What administration brings to the frame."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration import demo, health, licensing

health.register()
hooks.register(
    hooks.MenuEntry(
        key="add-ons",
        label=_("Add-on manager"),
        icon="puzzle",
        url_name="administration:add-ons",
        section="settings",
        roles=("admin",),
        help=_("What is installed, until when it is active, and by which code."),
        order=80,
    )
)
hooks.register(
    hooks.MenuEntry(
        key="health",
        label=_("Health"),
        icon="heartbeat",
        url_name="administration:health",
        section="settings",
        roles=("admin",),
        help=_("What works and what does not, and what to do about it."),
        order=85,
    )
)
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
hooks.register(
    hooks.MenuEntry(
        key="changes",
        label=_("Changes"),
        icon="history",
        url_name="administration:changes",
        section="settings",
        roles=("admin",),
        help=_("Who changed which setting, from what to what."),
        order=95,
    )
)
hooks.register(
    hooks.SetupStep(
        order=10,
        key="add-ons",
        label=_("Activate the add-on"),
        help=_("Paste the activation code that you got with it."),
        url_name="administration:add-ons",
        done=lambda user: all(one.is_active for one in licensing.standings()),
    )
)
hooks.register(
    hooks.ChangeWords(
        area=licensing.AREA,
        kind=licensing.ADD_ON,
        title=_("Add-on %(name)s"),
        named=licensing.name_of,
        label=licensing.FACTS.get,
        value=licensing.fact_in_words,
    )
)
hooks.register(
    hooks.DemoData(order=5, key="add-ons", label=_("Add-ons"), load=demo.load)
)
