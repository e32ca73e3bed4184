from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.crmplus.phonebook.people import Company, Person, phone_sources


@pytest.fixture(scope="session")
def phonebook_tables(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tables of models that no installed app has."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in (Person, Company):
            editor.create_model(model)


@pytest.fixture
def sources(phonebook_tables: None, db: None) -> Iterator[None]:
    """The phone sources of these tests, connected and alone."""
    with phone_sources():
        yield
