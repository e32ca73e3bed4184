"""Filling in the settings pages as a browser would."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.forms import BaseForm
from django.test import Client
from django.urls import reverse

from crmplus.accounts.models import Role, User

HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE pbxmanager_call; --",
    "../../etc/passwd",
    "a\u202eb",
    "x\x00y",
    "{{ 7|add:7 }}",
    "a\n\r\tb",
    "ß" * 20_000,
    "sk_abcdefgh",
    "99999999999999999999",
)


def admin(name: str = "root", first_name: str = "Ada") -> tuple[User, Client]:
    """An admin and a browser in which they are signed in."""
    user = User.objects.create_user(
        name, first_name=first_name, last_name="King", role=Role.ADMIN
    )
    client = Client()
    client.force_login(user)
    return user, client


def address(name: str, *args: Any) -> str:
    return reverse(f"pbxmanager:{name}", args=args)


def fields(context: Any) -> dict[str, str]:
    """What the form of a page would send if nothing was changed in it."""
    rows = context.get("rows") or []
    sent = {"state": context["state"], "rows": str(len(rows))}
    for form in (context["form"], *(row.form for row in rows)):
        sent |= _of_form(form)
    return sent


def _of_form(form: BaseForm) -> dict[str, str]:
    values: Iterable[tuple[str, Any]] = ((one.html_name, one.value()) for one in form)
    return {
        name: "on" if value is True else str(value)
        for name, value in values
        if value not in (None, False)
    }


def open_form(client: Client, name: str, *args: Any) -> dict[str, str]:
    """The fields of a page."""
    response = client.get(address(name, *args))
    assert response.status_code == 200
    return fields(response.context)
