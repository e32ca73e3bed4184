"""Addresses of the global settings."""

from __future__ import annotations

from django.urls import path

from crmplus.administration import (
    add_on_views,
    change_views,
    cron_views,
    health_views,
    views,
)

app_name = "administration"
urlpatterns = [
    path("settings/", views.settings_home, name="settings"),
    path("settings/add-ons/", add_on_views.add_ons, name="add-ons"),
    path(
        "settings/add-ons/<slug:key>/activate/", add_on_views.activate, name="activate"
    ),
    path(
        "settings/add-ons/<slug:key>/deactivate/",
        add_on_views.deactivate,
        name="deactivate",
    ),
    path("settings/changes/", change_views.changes, name="changes"),
    path("settings/health/", health_views.health, name="health"),
    path("settings/cron-jobs/", cron_views.cron_jobs, name="cron-jobs"),
    path("settings/cron-jobs/<slug:command>/", cron_views.cron_job, name="cron-job"),
    path(
        "settings/cron-jobs/<slug:command>/preview/",
        cron_views.preview,
        name="cron-preview",
    ),
    path("settings/cron-jobs/<slug:command>/run/", cron_views.run, name="cron-run"),
]
