"""Addresses of the PBX Manager: /pbx-manager/, /pbx-manager/<uid>/, …

Those of its settings are below /settings/pbx-manager/."""

from __future__ import annotations

from django.urls import path

from pbxmanager import (
    disposition_views,
    endpoint_views,
    missed_views,
    recording_views,
    settings_views,
    views,
)

app_name = "pbxmanager"
SETTINGS = "settings/pbx-manager/"
urlpatterns = [
    path("pbx-manager/", views.call_list, name="list"),
    path("pbx-manager/<uuid:uid>/", views.detail, name="detail"),
    path("pbx-manager/<uuid:uid>/choose/", views.choose, name="choose"),
    path("pbx-manager/<uuid:uid>/comment/", views.comment, name="comment"),
    path("pbx-manager/<uuid:uid>/delete/", views.delete, name="delete"),
    path("pbx-manager/<uuid:uid>/restore/", views.restore, name="restore"),
    path("pbx-manager/<uuid:uid>/block/", views.block_number, name="block"),
    path("pbx-manager/<uuid:uid>/outcome/", disposition_views.choose, name="outcome"),
    path(
        "pbx-manager/<uuid:uid>/recording/",
        recording_views.recording,
        name="recording",
    ),
    path("pbx-manager/export/", views.export, name="export"),
    path("missed-calls/", missed_views.missed_list, name="missed"),
    path("missed-calls/rows/", missed_views.missed_rows, name="missed-rows"),
    path("missed-calls/count/", missed_views.missed_count, name="missed-count"),
    path("missed-calls/<int:pk>/take/", missed_views.take_missed, name="missed-take"),
    path(
        "missed-calls/<int:pk>/release/",
        missed_views.release_missed,
        name="missed-release",
    ),
    path("missed-calls/<int:pk>/done/", missed_views.done_missed, name="missed-done"),
    path("missed-calls/<int:pk>/undo/", missed_views.undo_missed, name="missed-undo"),
    path(
        "missed-calls/<int:pk>/later/", missed_views.later_missed, name="missed-later"
    ),
    path(SETTINGS, endpoint_views.endpoint_sets, name="settings"),
    path(f"{SETTINGS}sets/new/", endpoint_views.endpoint_set, name="settings-new-set"),
    path(f"{SETTINGS}sets/<int:pk>/", endpoint_views.endpoint_set, name="settings-set"),
    path(
        f"{SETTINGS}sets/<int:pk>/copy/",
        endpoint_views.endpoint_set_copy,
        name="settings-set-copy",
    ),
    path(
        f"{SETTINGS}sets/<int:pk>/delete/",
        endpoint_views.endpoint_set_delete,
        name="settings-set-delete",
    ),
    path(
        f"{SETTINGS}sets/<int:pk>/default/",
        endpoint_views.endpoint_set_default,
        name="settings-set-default",
    ),
    path(f"{SETTINGS}numbers/", settings_views.numbers, name="settings-numbers"),
    path(f"{SETTINGS}rules/", settings_views.rules, name="settings-rules"),
    path(
        f"{SETTINGS}outcomes/",
        disposition_views.dispositions,
        name="settings-outcomes",
    ),
    path(
        f"{SETTINGS}outcomes/new/",
        disposition_views.disposition,
        name="settings-new-outcome",
    ),
    path(
        f"{SETTINGS}outcomes/<int:pk>/",
        disposition_views.disposition,
        name="settings-outcome",
    ),
    path(
        f"{SETTINGS}outcomes/<int:pk>/move/",
        disposition_views.move_disposition,
        name="settings-move-outcome",
    ),
    path(f"{SETTINGS}blocked/", settings_views.block_list, name="settings-blocked"),
    path(
        f"{SETTINGS}blocked/again/",
        settings_views.block_list_again,
        name="settings-blocked-again",
    ),
    path(
        f"{SETTINGS}blocked/<int:pk>/remove/",
        settings_views.block_list_remove,
        name="settings-blocked-remove",
    ),
]
