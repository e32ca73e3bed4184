"""The people of these tests."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus.accounts.models import Role, User

PASSWORD = "violet-anchor-17"


def person(username: str, role: str = Role.AGENT, **more: object) -> User:
    return User.objects.create_user(
        username, f"{username}@example.com", PASSWORD, role=role, **more
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def anna(db: None) -> User:
    return person("anna", first_name="Anna", last_name="Schmidt")


@pytest.fixture
def karin(db: None) -> User:
    return person("karin", Role.SUPERVISOR, first_name="Karin", last_name="Heiden")


@pytest.fixture
def admin(db: None) -> User:
    return person("admin", Role.ADMIN)
