"""What the tests of the workplace share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client

from crmplus.accounts.models import Role, User
from pbxmanager.workplace import shifts
from pbxmanager.workplace.models import Deputy, Group, GroupNumber, Membership
from tests.pbxmanager import cast

Told = list[tuple[set[int], dict[str, Any]]]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Anna (201, 301), Ben (202) and Carl (203), and Karin, who administers."""
    users = cast.people()
    users["karin"] = User.objects.create(username="karin", role=Role.ADMIN)
    return users


@pytest.fixture
def sales(people: dict[str, User]) -> Group:
    """The group of the number 600: Ben, signed in, and Carl, who is not."""
    return group("Sales", "600", {people["ben"]: True, people["carl"]: False})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the top bars of people are told meanwhile."""
    heard: Told = []

    def publish(users: Iterable[int], message: dict[str, Any]) -> None:
        heard.append((set(users), message))

    monkeypatch.setattr(shifts, "publish", publish)
    return heard


def group(name: str, number: str, members: dict[User, bool], **given: Any) -> Group:
    made = Group.objects.create(name=name, **given)
    GroupNumber.objects.create(group=made, number=number)
    for user, signed_in in members.items():
        Membership.objects.create(group=made, user=user, is_signed_in=signed_in)
    return made


def deputy(boss: User, assistant: User, **given: Any) -> Deputy:
    return Deputy.objects.create(
        boss=boss, assistant=assistant, **{"is_signed_in": True, **given}
    )


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
