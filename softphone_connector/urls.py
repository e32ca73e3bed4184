"""Addresses of the softphone connector."""

from __future__ import annotations

from django.urls import path, re_path

from softphone_connector import dial_views, popup_views
from softphone_connector.endpoints import views

app_name = "softphone_connector"
urlpatterns = [
    path("softphone", views.event),
    re_path(r"^softphone/(?P<path>.*)$", views.event, name="event"),
    path("popup/<uuid:uid>/", popup_views.popup, name="popup"),
    path("popup/<uuid:uid>/card/", popup_views.card, name="card"),
    path("popup/<uuid:uid>/note/", popup_views.note, name="note"),
    path("popup/<uuid:uid>/choose/", popup_views.choose, name="choose"),
    path("popup/<uuid:uid>/add/", popup_views.add, name="add"),
    path("dial/", dial_views.dial_number, name="dial"),
]
