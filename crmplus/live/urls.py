"""The address of the live stream."""

from __future__ import annotations

from django.urls import path

from crmplus.live import views

app_name = "live"
urlpatterns = [path("live/", views.stream, name="stream")]
