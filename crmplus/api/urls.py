"""Addresses of the JSON API: what installed apps bring, below ``/api/``."""

from __future__ import annotations

from django.urls import include, path

from crmplus import hooks
from crmplus.api.description import description

app_name = "api"
urlpatterns = [
    path("api/schema/", description, name="schema"),
    *(
        path("api/", include(list(routes.urls)))
        for routes in hooks.registered(hooks.ApiRoutes)
    ),
]
