"""What the tests of the statistics share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from pbxmanager.statistics import upkeep, wall
from tests.pbxmanager.office import Office, make_office


@pytest.fixture
def office(db: None) -> Office:
    """Anna, Ben and Karin with their phones."""
    return make_office()


@pytest.fixture
def count() -> Callable[[datetime], int]:
    """Counts what has changed, as the loop does, at a time (UTC)."""
    return upkeep.run


@pytest.fixture(autouse=True)
def fresh_board() -> Iterator[None]:
    wall.forget()
    yield
    wall.forget()
