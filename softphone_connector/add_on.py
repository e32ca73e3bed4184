"""The add-on that the PBX Manager and the Softphone Connector are bought as."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from crmplus import hooks

KEY: Final = "softphone_connector"
ADD_ON: Final = hooks.AddOn(
    key=KEY,
    name=_("PBX Manager & Softphone Connector"),
    description=_(
        "Who is calling stands on the screen while the phone rings, a click on a "
        "number dials it, and every call is in the log and in the timeline of its "
        "record."
    ),
    icon="device-landline-phone",
    # What is inside pbxmanager goes with it; hooks have the names of their own apps.
    apps=(
        "pbxmanager",
        "pbxmanager.statistics",
        "pbxmanager.workplace",
        "softphone_connector",
    ),
    cron_commands=("pbx_clean_up",),
    doors=("softphone_connector.endpoints",),
    stops=(
        _("Phones are answered 403: their calls are not recorded."),
        _("No popups, and no click-to-dial."),
        _("PBX Manager, calls in timelines and “My phone” are gone from all pages."),
        _("The addresses of its JSON API answer 404."),
        _("PBX Clean Up does not run."),
    ),
)
