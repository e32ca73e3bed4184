"""Addresses of the global settings."""

from __future__ import annotations

from django.urls import path

from crmplus.administration import views

app_name = "administration"
urlpatterns = [
    path("settings/", views.settings_home, name="settings"),
    path("settings/cron-jobs/", views.cron_jobs, name="cron-jobs"),
]
