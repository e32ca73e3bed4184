"""Boots the CRM without its add-ons and opens every page of its menu, as JSON.

Run as a process of its own: ``python -m tests.support.bare``.
"""

from __future__ import annotations

import json
import os
import sys

import django


def visit() -> dict[str, int]:
    """The status of each page of the menu, by its address, for an administrator."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from crmplus import hooks

    setup_test_environment()
    call_command("check", stdout=sys.stderr)
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin", "", "x"))
    entries = hooks.registered(hooks.MenuEntry)
    api = [reverse("api:schema"), reverse("api:leads-list")]
    urls = [reverse("home"), *api, *(reverse(entry.url_name) for entry in entries)]
    return {url: client.get(url).status_code for url in urls}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.settings_bare"
    django.setup()
    sys.stdout.write(json.dumps(visit()))
