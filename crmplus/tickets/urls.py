"""Addresses of tickets and activities: /tickets/, /tickets/1042/, /activities/, …"""

from __future__ import annotations

from django.urls import path

from crmplus.tickets import activity_views, card_views, ticket_views

app_name = "tickets"
urlpatterns = [
    path("tickets/", ticket_views.ticket_list, name="list"),
    path("tickets/new/", ticket_views.create, name="create"),
    path("tickets/records/", ticket_views.records, name="records"),
    path("tickets/<int:pk>/", ticket_views.ticket, name="ticket"),
    path("tickets/<int:pk>/edit/", ticket_views.edit, name="edit"),
    path("tickets/<int:pk>/change/", ticket_views.change, name="change"),
    path("tickets/<int:pk>/delete/", ticket_views.delete, name="delete"),
    path("tickets/<int:pk>/news/", card_views.ticket_news, name="ticket-news"),
    path("activities/", activity_views.my_day, name="my-day"),
    path("activities/new/", activity_views.create, name="create-activity"),
    path("activities/add/", activity_views.add, name="add"),
    path("activities/<int:pk>/", activity_views.activity, name="activity"),
    path("activities/<int:pk>/done/", activity_views.done, name="done"),
    path("activities/<int:pk>/reopen/", activity_views.undone, name="reopen"),
    path("activities/<int:pk>/later/", activity_views.later, name="later"),
    path("activities/<int:pk>/delete/", activity_views.delete, name="delete-activity"),
    path("activities/<int:pk>/reminder/", card_views.reminder, name="reminder"),
    path("activities/<int:pk>/news/", card_views.activity_news, name="activity-news"),
]
