"""The system check of the profiles' files."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from softphone_connector.profiles.loading import faults


@register()
def files(**kwargs: Any) -> list[CheckMessage]:
    """Every profile's file must be one."""
    return [
        Error(
            f"Client profile {fault}.",
            hint="Mend the file in softphone_connector/profiles/data, or install the "
            "product again.",
            id="softphone_connector.E001",
        )
        for fault in faults()
    ]
