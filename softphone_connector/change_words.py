"""What the log of changes calls lines and keys."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from crmplus import hooks
from crmplus.administration.change_words import choices_of, labels_of
from softphone_connector.lines import AREA, LINE, Line
from softphone_connector.models import SoftphoneKey
from softphone_connector.profiles import profile

KEY: Final = "key"
LABELS: Final = {"label": _("label"), "dials": _("used for dialling")}


def register() -> None:
    """Tell the log of changes."""
    hooks.register(
        hooks.ChangeWords(
            area=AREA,
            kind=LINE,
            title=_("Line %(name)s"),
            label=labels_of(Line, more=LABELS),
            value=_value,
        )
    )
    hooks.register(
        hooks.ChangeWords(
            area=AREA,
            kind=KEY,
            title=_("Softphone key %(name)s"),
            label=labels_of(SoftphoneKey),
            value=_value,
        )
    )


def _value(name: str, value: object) -> hooks.Text | None:
    if name != "profile":
        return choices_of(Line)(name, value)
    found = profile(str(value))
    return found.name if found else None
