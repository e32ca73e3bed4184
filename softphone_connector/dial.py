"""Click-to-dial: the entry in the log, and the URI that hands the number over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from crmplus.phonebook.normalise import NumberKind, normalise
from crmplus.phonebook.plan import number_plan
from pbxmanager.events import CallEvent, Direction, EventKind
from pbxmanager.models import Call
from pbxmanager.recorder import record
from pbxmanager.workplace.on_behalf import note_dialled
from softphone_connector.dial_methods import method_of
from softphone_connector.dial_templates import DEFAULT_TEMPLATE, TemplateFault, render
from softphone_connector.preferences import (
    allowed_schemes,
    dialling_extension,
    preference_of,
)

if TYPE_CHECKING:
    from crmplus.accounts.models import User

DIALLABLE = {NumberKind.E164, NumberKind.INTERNAL, NumberKind.FEATURE}


class NotDiallable(ValueError):
    """A text that no phone could dial."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """What a click began: the call's entry, and the URI that the browser opens."""

    call: Call
    href: str


def dial(user: User, text: str) -> Dialling:
    """Make the entry of an outbound call and give the URI that dials it.

    ``text`` is a number in any notation. The same number again within 5 s is the same
    entry. Raises NotDiallable.
    """
    plan = number_plan()
    number = normalise(text, plan)
    if number.kind not in DIALLABLE:
        raise NotDiallable(text)
    extension = dialling_extension(preference_of(user))
    method = method_of(extension)
    try:
        href = render(method, number.key, allowed_schemes(), plan.outside_prefix)
    except TemplateFault:
        # An admin took the scheme off the list since: the standard one always works.
        href = render(DEFAULT_TEMPLATE, number.key, allowed_schemes())
    recorded = record(
        CallEvent(
            kind=EventKind.DIALLED,
            source=f"click:{user.pk}",
            extension=extension,
            number=number,
            direction=Direction.OUTBOUND,
            received_at=timezone.now(),
        )
    )
    if recorded.call is None:
        raise NotDiallable(text)
    note_dialled(recorded.call, user.pk)
    return Dialling(recorded.call, href)
