"""Short messages about what was done, some of which can be undone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def undoable(request: HttpRequest, text: str, url: str) -> None:
    """Say what was done, with a button "Undo" that sends a POST to ``url``."""
    messages.success(request, text, extra_tags=f"{UNDO}{url}")


def undo_url(message: Any) -> str:
    """The address that undoes what a message reports, "" for none."""
    tags: str = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
