"""The demo's users."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from crmplus import demo
from crmplus.accounts.models import Team, User
from crmplus.conf import env

FIELDS = ("username", "first_name", "last_name", "role", "language")


def load() -> int:
    """Make the demo's users who are not there yet; all have the demo's password."""
    known = set(User.objects.values_list("username", flat=True))
    password = make_password(env.demo_password or "demo")
    names = {row.get("team", "") for row in demo.rows("users")} - {""}
    teams = {name: Team.objects.get_or_create(name=name)[0] for name in sorted(names)}
    users = [
        User(
            **{name: row[name] for name in FIELDS},
            email=f"{row['username']}@crmplus.example",
            password=password,
            team=teams.get(row.get("team", "")),
        )
        for row in demo.rows("users")
        if row["username"] not in known
    ]
    return len(User.objects.bulk_create(users))
