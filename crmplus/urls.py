"""All addresses: the host's, then what installed apps bring."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from crmplus.home import home

urlpatterns: list[URLPattern | URLResolver] = [path("", home, name="home")]
for config in apps.get_app_configs():
    if config.name.startswith(("crmplus.", "pbxmanager", "softphone_connector")):
        name = f"{config.name}.urls"
        if find_spec(name):
            urlpatterns.append(path("", include(name)))

handler400 = "crmplus.errors.bad_request"
handler403 = "crmplus.errors.permission_denied"
handler404 = "crmplus.errors.page_not_found"
handler500 = "crmplus.errors.server_error"
