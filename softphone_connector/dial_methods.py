"""How a click on a number dials: by the line's own template, else by its client's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from softphone_connector.dial_templates import DEFAULT_TEMPLATE
from softphone_connector.lines import Line
from softphone_connector.profiles import profile

OTHER = "other"
METHODS = [
    ("", _("As the client does it")),
    (DEFAULT_TEMPLATE, _("The system's phone program (tel:)")),
    ("sip:{e164}", _("A SIP softphone (sip:)")),
    ("callto:{e164}", _("A program that listens to callto:")),
    ("zoiper:{e164}", "Zoiper (zoiper:)"),
    (OTHER, _("Another one")),
]


def method_of(extension: str) -> str:
    """The dial template that counts for an extension ("" for none)."""
    line = Line.objects.filter(extension__number=extension).first()
    if line is None:
        return DEFAULT_TEMPLATE
    return line.template or of_client(line.profile)


def of_client(key: str) -> str:
    """The dial template of a client's profile, the system's own for none."""
    known = profile(key)
    return known.dial[0] if known and known.dial else DEFAULT_TEMPLATE
