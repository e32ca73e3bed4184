"""Addresses of the workplace: /colleagues/, /my/presence/, /settings/workplace/."""

from __future__ import annotations

from django.urls import path

from pbxmanager.workplace import my_views, settings_views, views

app_name = "workplace"
MINE = "my/presence/"
THEIRS = "settings/users/<int:user_pk>/presence/"
SETTINGS = "settings/workplace/"
urlpatterns = [
    path("colleagues/", views.panel, name="panel"),
    path("colleagues/pin/", views.pin_colleague, name="pin"),
    path("colleagues/<int:pk>/", views.person, name="person"),
    path(MINE, my_views.presence_page, name="my-presence"),
    path(THEIRS, my_views.presence_page, name="users-presence"),
    path(f"{MINE}menu/", my_views.menu, name="menu"),
    path(f"{MINE}status/", my_views.set_status, name="status"),
    path(f"{MINE}group/", my_views.sign_in_to_group, name="group-sign-in"),
    path(f"{MINE}stand-in/", my_views.stand_in, name="stand-in"),
    path(f"{MINE}dial-for/", my_views.dial_for, name="dial-for"),
    path(f"{MINE}sign/", my_views.sign_of_life, name="sign"),
    path(f"{MINE}deputies/again/", my_views.deputy_again, name="deputy-again"),
    path(
        f"{MINE}deputies/<int:pk>/remove/",
        my_views.remove_deputy,
        name="my-deputy-remove",
    ),
    path(
        f"{THEIRS}deputies/<int:pk>/remove/",
        my_views.remove_deputy,
        name="users-deputy-remove",
    ),
    path(SETTINGS, settings_views.groups, name="settings"),
    path(f"{SETTINGS}groups/new/", settings_views.group, name="new-group"),
    path(f"{SETTINGS}groups/<int:pk>/", settings_views.group, name="group"),
    path(
        f"{SETTINGS}groups/<int:pk>/delete/",
        settings_views.delete_group,
        name="delete-group",
    ),
    path(f"{SETTINGS}breaks/", settings_views.pauses, name="settings-breaks"),
    path(f"{SETTINGS}breaks/new/", settings_views.pause, name="new-break"),
    path(f"{SETTINGS}breaks/<int:pk>/", settings_views.pause, name="break"),
    path(
        f"{SETTINGS}breaks/<int:pk>/delete/",
        settings_views.delete_pause,
        name="delete-break",
    ),
    path(f"{SETTINGS}deputies/", settings_views.all_deputies, name="settings-deputies"),
    path(f"{SETTINGS}numbers/", settings_views.numbers, name="settings-numbers"),
]
