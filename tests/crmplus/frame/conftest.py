"""People and hooks of these tests."""

from __future__ import annotations

import pytest

from crmplus import hooks
from tests.crmplus.accounts.conftest import admin, anna, karin  # noqa: F401


@pytest.fixture
def only(monkeypatch):
    """``only(hook, …)``: these hooks are all there are of their classes."""

    def replace(*mine: hooks.Hook) -> None:
        kinds = {type(hook) for hook in mine}
        others = [hook for hook in hooks._hooks if type(hook) not in kinds]
        monkeypatch.setattr(hooks, "_hooks", [*others, *mine])

    return replace
