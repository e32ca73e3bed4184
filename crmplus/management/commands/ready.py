"""``manage.py ready``: everything that a server needs before it starts."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from crmplus.administration import demo
from crmplus.conf import LOOPBACK, env

# What bin/run gives demo users where only this machine can reach the server.
KNOWN_PASSWORD = "demo"  # noqa: S105  (known on purpose)
DEMO_LOGINS = ("admin", "anna", "ben", "karin")


class Command(BaseCommand):
    """Database and static files up to date, demo data on the first start."""

    help = (
        "Brings database and static files up to date, loads the demo data where "
        "CRMPLUS_DEMO is on and there are no users yet, and prints where to sign in. "
        "bin/run calls it before each start."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the server is going to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Prepare, then say where to go."""
        refuse_taken_port(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if env.demo:
            prepare_demo()
        self.stdout.write(greeting(port))


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError where something else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host} port {port}: {error.strerror}. "
                f"Choose another port: PORT={port + 1} bin/run"
            ) from error


def prepare_demo() -> None:
    """Load the demo data into an empty system; let no password stay known that
    others can try."""
    users = get_user_model().objects
    demo.load()  # also add-ons that came with an update
    if not users.exists():
        with transaction.atomic():  # interrupted, it starts anew on the next start
            call_command("demo")
    elif env.demo_password not in {"", KNOWN_PASSWORD}:
        for user in users.all():
            if user.check_password(KNOWN_PASSWORD):
                user.set_password(env.demo_password)
                user.save(update_fields=["password"])


def greeting(port: int) -> str:
    """The addresses to open in a browser, and the demo users' names and password."""
    names = dict.fromkeys(
        [urlsplit(env.base_url).hostname, *(set(env.allowed_hosts) - set(LOOPBACK))]
    )
    lines = ["", "CRM+ is starting:", f"  {env.base_url}"]
    lines += [f"  http://{name}:{port}" for name in list(names)[1:]]
    users = get_user_model().objects
    sample = users.filter(username__in=DEMO_LOGINS, is_active=True)
    if env.demo and sample.exists():
        logins = ", ".join(sample.order_by("pk").values_list("username", flat=True))
        lines += ["", f"Sign in as {logins}; password: {env.demo_password}"]
    elif not users.exists():
        lines += ["", "Make the first user: .venv/bin/python manage.py createsuperuser"]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])
