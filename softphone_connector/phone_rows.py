"""What the page "My phone" lists of each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from pbxmanager.models import Leg
from softphone_connector.dial_methods import METHODS, of_client
from softphone_connector.lines import Device, Line, LineSettings, lines_of
from softphone_connector.models import SoftphoneKey
from softphone_connector.phone_pages import Desk, LinePages
from softphone_connector.preferences import dialling_extension, preference_of
from softphone_connector.profiles import profile

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line in the list: its client and dial method in words, its key that was used
    last, and when it last had a call (UTC)."""

    line: Line
    pages: LinePages
    client: str
    dials: bool
    method: str
    key: SoftphoneKey | None
    last_call: datetime | None


def line_rows(desk: Desk) -> Sequence[LineRow]:
    """A user's lines; the number of queries does not depend on how many there are."""
    keys = {
        key.extension_id: key
        for key in desk.user.softphone_keys.filter(
            revoked_at=None, extension__isnull=False
        ).order_by(F("last_used_at").asc(nulls_first=True), "pk")
    }
    dialling = dialling_extension(preference_of(desk.user))
    called = _last_calls(desk.user)
    return [
        LineRow(
            line=line,
            pages=LinePages(desk, line.extension),
            client=client_name(line.profile),
            dials=line.extension.number == dialling,
            method=method_words(line.template, line.profile),
            key=keys.get(line.extension.pk),
            last_call=called.get(line.extension.pk),
        )
        for line in lines_of(desk.user)
    ]


def _last_calls(user: User) -> dict[int, datetime | None]:
    """When a user last had a call on each extension (by its ID)."""
    legs = Leg.objects.filter(
        extension=OuterRef("number"), user=user, call__deleted_at=None
    )
    newest = Subquery(legs.order_by("-first_at").values("first_at")[:1])
    return dict(user.extensions.annotate(last=newest).values_list("pk", "last"))


def client_name(key: str) -> str:
    """A client's name, "" for none and one that is there no more."""
    known = profile(key)
    return known.name if known else ""


def method_words(template: str, client: str) -> str:
    """How a line dials, in words; a template that has none as it is."""
    counts = template or of_client(client)
    return str(dict(METHODS).get(counts, counts))


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people set differently: what is stored, and what was wanted."""

    label: str
    stored: str
    wanted: str


def meanwhile(wanted: LineSettings, stored: LineSettings) -> list[Difference]:
    """What differs between what somebody wanted to save and what is there by now."""
    labels = {
        "label": _("Label"),
        "device": _("Device"),
        "profile": _("Phone or client"),
        "template": _("Dial with"),
        "pops_up": _("Show incoming calls of this line"),
        "dials": _("A click on a number dials from this line"),
    }
    mine, theirs = asdict(wanted), asdict(stored)
    return [
        Difference(label, _words(name, theirs[name]), _words(name, mine[name]))
        for name, label in labels.items()
        if mine[name] != theirs[name]
    ]


def _words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "device":
        return str(dict(Device.choices).get(str(value), value))
    if name == "profile":
        return client_name(str(value)) or "–"
    return str(value) or "–"
