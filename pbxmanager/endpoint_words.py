"""An endpoint set's plain values in words: for conflicts and for the log of changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pbxmanager.endpoint_forms import ROLES
from pbxmanager.endpoint_settings import Kind, Method, Reply
from pbxmanager.endpoint_spec import Role

if TYPE_CHECKING:
    from crmplus.hooks import Text

FIELDS: Final[Mapping[str, Text]] = {
    "name": gettext_lazy("Name"),
    "common_slug": gettext_lazy("Common last segment"),
    "event_parameter": gettext_lazy("Event parameter"),
    "reply": gettext_lazy("Answer"),
    "recording_hosts": gettext_lazy("Hosts of recordings"),
    "slug": gettext_lazy("last segment"),
    "method": gettext_lazy("method"),
    "enabled": gettext_lazy("on"),
    "parameters": gettext_lazy("other parameter names"),
    "fixed": gettext_lazy("fixed values"),
}

CHOICES: Final[Mapping[str, Mapping[str, Text]]] = {
    "method": dict(Method.choices),
    "reply": dict(Reply.choices),
}


def label_of(name: str) -> Text | None:
    """What a plain value's name ("ringing-2.slug") means; None for an unknown one."""
    key, _dot, field = name.rpartition(".")
    if key == "parameter" and field in set(Role):
        return _("Parameter: %(role)s") % {"role": ROLES[Role(field)]}
    kind, _dash, number = key.partition("-")
    label = FIELDS.get(field)
    if not key or label is None:
        return label
    if kind not in Kind.values:
        return None
    words = {"event": Kind(kind).label, "number": number, "field": label}
    if number:
        return _("%(event)s (%(number)s.): %(field)s") % words
    return _("%(event)s: %(field)s") % words


def value_of(name: str, value: Any) -> Text | None:
    """A plain value in words; None for one that needs none."""
    field = name.rpartition(".")[2]
    if isinstance(value, dict) and value:
        return ", ".join(_pair(role, text) for role, text in value.items())
    choices = CHOICES.get(field)
    return choices.get(value) if choices and isinstance(value, str) else None


def _pair(role: str, text: Any) -> str:
    label = ROLES[Role(role)] if role in set(Role) else role
    return f"{label}: {text or _('not read')}"
