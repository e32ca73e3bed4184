from __future__ import annotations

from django.urls import path

from crmplus.saved_filters import views

app_name = "saved_filters"
urlpatterns = [
    path("saved-filters/", views.create, name="create"),
    path("saved-filters/<int:pk>/", views.change, name="change"),
    path("saved-filters/<int:pk>/delete/", views.delete, name="delete"),
    path("saved-filters/<int:pk>/default/", views.default, name="default"),
]
