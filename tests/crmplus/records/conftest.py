"""Anna and Ben, two agents; Anna is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus.accounts.models import User


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", first_name="Anna", last_name="Berger")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", first_name="Ben", last_name="Nowak")


@pytest.fixture
def web(anna: User) -> Client:
    """A browser in which Anna is signed in."""
    client = Client()
    client.force_login(anna)
    return client
