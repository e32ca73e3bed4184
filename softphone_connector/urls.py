"""Addresses of the softphone connector."""

from __future__ import annotations

from django.urls import path, re_path

from softphone_connector import (
    client_views,
    dial_views,
    key_views,
    my_phone_views,
    own_key_views,
    phone_test_views,
    popup_actions,
    popup_views,
)
from softphone_connector.endpoints import views
from softphone_connector.inspector import views as inspector
from softphone_connector.phone_pages import both

app_name = "softphone_connector"
urlpatterns = [
    path("softphone", views.event),
    re_path(r"^softphone/(?P<path>.*)$", views.event, name="event"),
    path("popup/<uuid:uid>/", popup_views.popup, name="popup"),
    path("popup/<uuid:uid>/card/", popup_views.card, name="card"),
    path("popup/<uuid:uid>/note/", popup_views.note, name="note"),
    path("popup/<uuid:uid>/choose/", popup_views.choose, name="choose"),
    path("popup/<uuid:uid>/add/", popup_views.add, name="add"),
    path("popup/<uuid:uid>/outcome/", popup_actions.outcome, name="outcome"),
    path("popup/<uuid:uid>/call-back/", popup_actions.call_back, name="call-back"),
    path("popup/<uuid:uid>/for/", popup_actions.for_boss, name="for-boss"),
    path("popup/<uuid:uid>/private/", popup_actions.private, name="private"),
    path("popup/<uuid:uid>/block/", popup_actions.block_caller, name="block"),
    path("dial/", dial_views.dial_number, name="dial"),
    path("settings/clients/", client_views.clients, name="clients"),
    path("settings/clients/<slug:key>/", client_views.client, name="client"),
    path("settings/events/", inspector.events, name="events"),
    path("settings/events/news/", inspector.news, name="events-news"),
    path("settings/events/keyless/", inspector.without_key, name="events-keyless"),
    path("settings/events/export/", inspector.export, name="events-export"),
    path("settings/events/try/", inspector.try_request, name="events-try"),
    path("settings/events/<int:pk>/", inspector.event, name="event-detail"),
    path("settings/events/<int:pk>/try/", inspector.try_event, name="event-try"),
    path("settings/keys/", key_views.all_keys, name="keys"),
    path("settings/keys/new/", key_views.new_key, name="new-key"),
    path("settings/keys/<int:pk>/revoke/", key_views.revoke_key, name="revoke-key"),
    path("settings/keys/<int:pk>/arrivals/", key_views.arrivals, name="key-arrivals"),
    path("my/phone/disturb/", my_phone_views.disturb, name="disturb"),
    *both("phone", "", my_phone_views.my_phone),
    *both("address", "address/", phone_test_views.address),
    *both("line-new", "lines/new/", my_phone_views.new_line),
    *both("line", "lines/<int:pk>/", my_phone_views.line),
    *both("line-remove", "lines/<int:pk>/remove/", my_phone_views.line_remove),
    *both("line-key", "lines/<int:pk>/key/", own_key_views.line_key),
    *both("line-arrivals", "lines/<int:pk>/arrivals/", phone_test_views.arrivals),
    *both("key-revoke", "keys/<int:pk>/revoke/", own_key_views.key_revoke),
    path(
        "my/phone/lines/<int:pk>/call/", phone_test_views.self_call, name="my-line-call"
    ),
]
