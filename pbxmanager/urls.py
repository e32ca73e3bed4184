"""Addresses of the PBX Manager: /pbx-manager/, /pbx-manager/<uid>/, …"""

from __future__ import annotations

from django.urls import path

from pbxmanager import views

app_name = "pbxmanager"
urlpatterns = [
    path("pbx-manager/", views.call_list, name="list"),
    path("pbx-manager/<uuid:uid>/", views.detail, name="detail"),
    path("pbx-manager/<uuid:uid>/choose/", views.choose, name="choose"),
    path("pbx-manager/<uuid:uid>/comment/", views.comment, name="comment"),
    path("pbx-manager/<uuid:uid>/delete/", views.delete, name="delete"),
    path("pbx-manager/<uuid:uid>/restore/", views.restore, name="restore"),
]
