"""The frame and the live channel alone, with the probe."""

from __future__ import annotations

from crmplus.settings import *  # noqa: F403
from crmplus.settings import INSTALLED_APPS as ALL

OTHERS = (
    "crmplus.phonebook",
    "crmplus.records",
    "crmplus.recyclebin",
    "crmplus.timeline",
    "pbxmanager",
    "softphone_connector",
)
INSTALLED_APPS = [name for name in ALL if not name.startswith(OTHERS)]
INSTALLED_APPS += ["tests.crmplus.live.probe"]
CRONJOBS = []
