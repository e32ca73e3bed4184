"""What the statistics bring to the CRM."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.accounts.models import Role
from pbxmanager.statistics import demo, upkeep
from pbxmanager.statistics.showing import PERSON
from pbxmanager.statistics.wall_links import AREA, WALL

hooks.register(
    hooks.MenuEntry(
        order=230,
        key="statistics",
        label=_("Statistics"),
        icon="chart-bar",
        url_name="statistics:page",
        keys="g i",
        roles=(Role.STATISTICS,),
        help=_("How many calls, how many answered, how long people waited."),
    )
)
hooks.register(
    hooks.MenuEntry(
        order=35,
        key="statistics-settings",
        label=_("Statistics"),
        icon="chart-bar",
        url_name="statistics:settings",
        section="settings",
        roles=(Role.ADMIN,),
        help=_("Whose own figures others may see, and screens on the wall."),
    )
)
hooks.register(hooks.BackgroundLoop(key="statistics", seconds=60.0, run=upkeep.keep_up))
hooks.register(
    hooks.ChangeWords(
        area=AREA,
        kind=PERSON,
        title=_("Figures of %(name)s"),
        label={"shown": _("shown to others")}.get,
    )
)
hooks.register(
    hooks.ChangeWords(
        area=AREA,
        kind=WALL,
        title=_("Wall board %(name)s"),
        label={"link": _("link")}.get,
    )
)
hooks.register(
    hooks.DemoData(order=90, key="statistics", label=_("Statistics"), load=demo.load)
)
