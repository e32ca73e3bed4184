"""Anna, an agent, and a program with a token of hers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone, translation

from crmplus.accounts.models import User
from tests.crmplus.api.programs import program


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What a request activates does not stay."""
    with translation.override("en"), timezone.override(None):
        yield


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna")


@pytest.fixture
def api(anna: User) -> Client:
    return program(anna)
