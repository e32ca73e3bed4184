"""Addresses of jobs."""

from __future__ import annotations

from django.urls import path

from crmplus.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.job_list, name="list"),
    path("jobs/<uuid:uid>/", views.job_page, name="job"),
    path("jobs/<uuid:uid>/state/", views.state, name="state"),
    path("jobs/<uuid:uid>/file/", views.download, name="file"),
    path("jobs/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("jobs/<uuid:uid>/undo/", views.undo, name="undo"),
    path("jobs/<uuid:uid>/again/", views.again, name="again"),
]
