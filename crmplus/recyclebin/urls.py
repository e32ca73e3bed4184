from __future__ import annotations

from django.urls import path

from crmplus.recyclebin import views

app_name = "recyclebin"
urlpatterns = [
    path("recycle-bin/restore/", views.restore_many, name="restore-many"),
    path("recycle-bin/delete/", views.delete_for_good, name="delete"),
    path("recycle-bin/", views.recycle_bin, name="list"),
    path("recycle-bin/<slug:key>/<int:pk>/restore/", views.restore, name="restore"),
]
