from __future__ import annotations

from django.urls import path

from crmplus.timeline import views

app_name = "timeline"
urlpatterns = [
    path("comments/<slug:kind>/<int:pk>/", views.add, name="add"),
    path("comments/<int:pk>/edit/", views.edit, name="edit"),
    path("comments/<int:pk>/delete/", views.delete, name="delete"),
]
