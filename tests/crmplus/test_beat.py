"""Celery beat's schedule."""

from __future__ import annotations

from django.conf import settings

from crmplus.beat import CALL_COMMAND, beat_schedule
from crmplus.celery import app


def test_it_has_what_cron_has_and_a_sign_of_life() -> None:
    schedule = beat_schedule(settings.CRONJOBS)

    assert set(schedule) == {"pbx_clean_up", "sign-of-life"}
    job = schedule["pbx_clean_up"]
    assert job["args"] == ["pbx_clean_up"]
    assert (job["schedule"].minute, job["schedule"].hour) == ({0}, {2})
    assert schedule["sign-of-life"]["schedule"] == 300


def test_it_leaves_other_functions_to_cron() -> None:
    lines = [
        ("0 3 * * *", "crmplus.lan.lan_names"),
        ("*/5 * * * *", CALL_COMMAND, ["tidy"]),
    ]

    assert set(beat_schedule(lines)) == {"tidy", "sign-of-life"}


def test_its_tasks_are_there() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(
        app.tasks
    )
    assert app.conf.timezone == settings.TIME_ZONE
