"""Anna and Ben, two agents, and Julia, a contact; Anna is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from crmplus.accounts.models import Scope, User
from crmplus.records.models import Contact
from crmplus.tickets.models import Reference


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", first_name="Anna", last_name="Berger")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", first_name="Ben", last_name="Nowak")


@pytest.fixture
def own(db: None) -> User:
    """Somebody who sees only what is theirs."""
    return User.objects.create_user("olga", sees_records=Scope.OWN)


@pytest.fixture
def julia(db: None) -> Contact:
    return Contact.objects.create(
        first_name="Julia", last_name="Weber", phone="+49 30 23125101"
    )


@pytest.fixture
def about(julia: Contact) -> Reference:
    """Julia, as tickets name her."""
    return ("contacts", julia.pk)


@pytest.fixture
def web(anna: User) -> Client:
    """A browser in which Anna is signed in."""
    client = Client()
    client.force_login(anna)
    return client
