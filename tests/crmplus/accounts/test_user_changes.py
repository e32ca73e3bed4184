"""What admins change of users stands in the log of changes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crmplus.accounts.models import User
from crmplus.administration.models import SettingsChange
from tests.crmplus.accounts.conftest import client_of

ANNA = {
    "username": "anna",
    "first_name": "Anna",
    "last_name": "Schmidt",
    "email": "",
    "role": "agent",
    "language": "",
}


def told() -> dict[str, tuple[object, object]]:
    """The one change there is."""
    change = SettingsChange.objects.get()
    assert (change.area, change.kind) == ("accounts", "user")
    return {one["field"]: (one["before"], one["after"]) for one in change.changes}


def test_a_new_user(admin) -> None:
    data = {**ANNA, "username": "ben", "role": "supervisor"}
    client_of(admin).post(reverse("accounts:new-user"), data)
    assert SettingsChange.objects.get().what == "ben"
    found = told()
    assert found["role"] == (None, "supervisor")
    assert found["one_time_password"] == (None, True)
    assert "password" not in found


def test_another_role(admin, anna) -> None:
    path = reverse("accounts:user", args=[anna.pk])
    client_of(admin).post(path, ANNA | {"email": anna.email, "role": "admin"})
    assert told()["role"] == ("agent", "admin")
    assert SettingsChange.objects.get().actor == admin


def test_a_refused_change_leaves_none(admin) -> None:
    data = ANNA | {"username": "admin"}
    client_of(admin).post(reverse("accounts:user", args=[admin.pk]), data)
    assert User.objects.get(pk=admin.pk).is_admin
    assert not SettingsChange.objects.exists()


@pytest.mark.parametrize(("active", "words"), [("0", (True, False)), ("1", None)])
def test_locking_out(admin, anna, active: str, words: object) -> None:
    path = reverse("accounts:set-active", args=[anna.pk])
    client_of(admin).post(path, {"active": active})
    if words:
        assert told() == {"is_active": words}
    else:
        assert not SettingsChange.objects.exists()


def test_a_new_password_is_told_of_without_a_word_of_it(admin, anna) -> None:
    answer = client_of(admin).post(reverse("accounts:new-password", args=[anna.pk]))
    assert told() == {
        "one_time_password": (None, True),
        "must_change_password": (False, True),
    }
    password = answer.context["password"]
    assert password not in str(SettingsChange.objects.get().changes)
