"""The CRM alone: without the PBX Manager and the Softphone Connector."""

from __future__ import annotations

from tests.support.settings import *  # noqa: F403
from tests.support.settings import CRONJOBS as _CRONJOBS
from tests.support.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [
    app
    for app in _APPS
    if app.split(".")[0] not in {"pbxmanager", "softphone_connector"}
]
CRONJOBS = [job for job in _CRONJOBS if job[2] != ["pbx_clean_up"]]
