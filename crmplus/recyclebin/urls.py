from __future__ import annotations

from django.urls import path

from crmplus.recyclebin import views

app_name = "recyclebin"
urlpatterns = [
    path("recycle-bin/", views.recycle_bin, name="list"),
    path("recycle-bin/<slug:key>/<int:pk>/restore/", views.restore, name="restore"),
]
