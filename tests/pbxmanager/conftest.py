"""What the tests of calls share."""

from __future__ import annotations

import pytest

from crmplus.accounts.models import User
from tests.pbxmanager import cast


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Anna, Ben and Carl, with their extensions."""
    return cast.people()
