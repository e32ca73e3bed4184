"""Addresses of the statistics: /statistics/, /wall/<secret>/, /settings/statistics/."""

from __future__ import annotations

from django.urls import path

from pbxmanager.statistics import settings_views, views, wall_views

app_name = "statistics"
SETTINGS = "settings/statistics/"
urlpatterns = [
    path("statistics/", views.statistics, name="page"),
    path("statistics/calls.xlsx", views.as_xlsx, name="xlsx"),
    path("statistics/calls.csv", views.as_csv, name="csv"),
    path("statistics/wall/", wall_views.wall, name="wall"),
    path("statistics/wall/figures/", wall_views.figures, name="wall-figures"),
    path("wall/<str:secret>/", wall_views.linked_wall, name="linked-wall"),
    path(
        "wall/<str:secret>/figures/",
        wall_views.linked_figures,
        name="linked-wall-figures",
    ),
    path(SETTINGS, settings_views.people, name="settings"),
    path(f"{SETTINGS}people/<int:pk>/", settings_views.switch, name="settings-person"),
    path(f"{SETTINGS}walls/", settings_views.walls, name="settings-walls"),
    path(
        f"{SETTINGS}walls/<int:pk>/revoke/",
        settings_views.revoke_wall,
        name="settings-wall-revoke",
    ),
]
