"""The demo's data: small files beside the code, loaded once."""

from __future__ import annotations

import json
from typing import Any

from crmplus.conf import BASE_DIR

FOLDER = BASE_DIR / "fixtures" / "demo"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one file of the demo, such as ``contacts``."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found
