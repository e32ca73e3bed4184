"""What the tests of the softphone connector share."""

from __future__ import annotations

import pytest

from softphone_connector.endpoints import attempts
from tests.softphone_connector.cast import Cast, cast


@pytest.fixture(autouse=True)
def nothing_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "gathered", attempts.Gathered())


@pytest.fixture
def people(db: None) -> Cast:
    return cast()
