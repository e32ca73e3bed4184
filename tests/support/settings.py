"""Settings of the tests: the product's, with scratch data and quick passwords.

``TEST_DB=postgres`` runs the tests on PostgreSQL instead of SQLite; the server is
``TEST_DATABASE_URL``, else the tests start one (see ``services.py``).
"""

from __future__ import annotations

import os

from tests.support.scratch import scratch_of_this_process

for _name in (
    "ACTIVATION_PUBLIC_KEY",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "CELERY_BROKER_URL",
    "CRMPLUS_DEMO",
    "DATABASE_POOL",
    "DATABASE_URL",
    "DEBUG",
    "DEMO_PASSWORD",
    "HTTPS",
    "REDIS_URL",
    "REGION",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
):
    os.environ.pop(_name, None)
_scratch = scratch_of_this_process()
(_scratch / "static").mkdir()  # WhiteNoise warns where it is missing
os.environ["CRMPLUS_DATA"] = str(_scratch)
os.environ["SECRET_KEY"] = "only-for-tests-" * 4
_on_postgres = os.environ.get("TEST_DB") == "postgres"
if _on_postgres:
    # Where the server is, the fixture ``django_db_modify_db_settings`` fills in.
    os.environ["DATABASE_URL"] = "postgresql:///crmplus"

from crmplus.settings import *  # noqa: E402, F403
from crmplus.settings import DATABASE, DATABASE_OPTIONS, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
if _on_postgres:
    # Threads of a test would keep pooled connections and block dropping the database.
    DATABASE_OPTIONS.pop("pool")
else:
    # A file: threads get connections of their own, as they do in production.
    DATABASE["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
    # No test cuts the power; waiting for the disk is what takes most of the time.
    DATABASE_OPTIONS["init_command"] += " PRAGMA synchronous=OFF;"
