"""Softphone keys never reach a log."""

from __future__ import annotations

import logging
import re

# Keys have 43 characters; a cut or mistyped one is masked too, "disk_usage" is not.
KEY = re.compile(r"(sk_[A-Za-z0-9_-]{4})[A-Za-z0-9_-]{12,}")


def mask(text: str) -> str:
    """Keep the visible prefix of every softphone key in a text, hide the rest."""
    return KEY.sub(r"\1…", text)


class MaskKeys(logging.Formatter):
    """Masks softphone keys in whole lines, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
