"""Sealed secrets."""

from __future__ import annotations

from typing import Any

import pytest

from softphone_connector.vault import SealBrokenError, seal, unseal


@pytest.mark.parametrize("secret", ["", "a", "ü☎ with blanks", "x" * 500])
def test_a_sealed_secret_can_be_read_again(secret: str) -> None:
    assert unseal(seal(secret)) == secret


def test_a_sealed_secret_does_not_show_the_secret() -> None:
    assert "hunter2" not in seal("hunter2")
    assert seal("hunter2") != seal("hunter2")


def test_another_secret_key_opens_nothing(settings: Any) -> None:
    sealed = seal("hunter2")
    settings.SECRET_KEY = "another"
    with pytest.raises(SealBrokenError):
        unseal(sealed)


@pytest.mark.parametrize("text", ["x", "ü", "gAAAAA=="])
def test_what_was_never_sealed_opens_nothing(text: str) -> None:
    with pytest.raises(SealBrokenError):
        unseal(text)
