"""Addresses of sign-in, the user's own settings and the administration of users."""

from __future__ import annotations

from django.urls import path

from crmplus.accounts import team_views, user_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("my/settings/", views.my_settings, name="my-settings"),
    path("my/password/", views.ChangePassword.as_view(), name="password"),
    path("my/language/", views.set_language, name="language"),
    path("my/theme/", views.set_theme, name="theme"),
    path("my/active/", views.active, name="active"),
    path("settings/users/", user_views.users, name="users"),
    path("settings/users/new/", user_views.new_user, name="new-user"),
    path("settings/users/<int:pk>/", user_views.user, name="user"),
    path("settings/users/<int:pk>/active/", user_views.set_active, name="set-active"),
    path(
        "settings/users/<int:pk>/password/",
        user_views.new_password,
        name="new-password",
    ),
    path("settings/teams/", team_views.teams, name="teams"),
    path("settings/teams/restore/", team_views.restore_team, name="restore-team"),
    path("settings/teams/<int:pk>/", team_views.team, name="team"),
    path("settings/teams/<int:pk>/delete/", team_views.delete_team, name="delete-team"),
]
