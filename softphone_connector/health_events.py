"""What the newest events tell: which were refused, and whose clocks are wrong."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus.hooks import Finding, FindingRow, FindingTable, Level
from pbxmanager.models import Event
from pbxmanager.sources import Reporter, reporters
from softphone_connector.inspector.reading import event_lines, with_calls
from softphone_connector.key_owners import PREFIX

# So that a look costs the same however much phones report.
COUNTED: Final = 2_000
LOOKED_AT: Final = 2_000
SHOWN: Final = 30
DAY: Final = timedelta(days=1)
# A median further off is no delay of the network, from so many events on.
DRIFT: Final = 5.0
ENOUGH: Final = 3
MINUTES_FROM: Final = 120.0
HOURS_FROM: Final = 3 * 3600.0


class Refusals(NamedTuple):
    """Refused events of one source for one reason; ``example`` is the newest (ID)."""

    source: str
    code: str
    events: int
    last: datetime
    example: int


class Clock(NamedTuple):
    """How far the times a source states are ahead of the arrival (median, seconds)."""

    source: str
    events: int
    ahead: float


def look_at_refused() -> list[Finding]:
    """Refused events of the last day, by source and reason."""
    found = refusals(timezone.now() - DAY)
    if not found:
        return [Finding(text=_("No event was refused in the last 24 hours."))]
    count = sum(one.events for one in found)
    text = ngettext(
        "%(count)d event was refused in the last 24 hours.",
        "%(count)d events were refused in the last 24 hours.",
        count,
    )
    if count >= COUNTED:
        text = _("At least %(count)d events were refused in the last 24 hours.")
    return [
        Finding(
            level=Level.WARNING,
            text=text % {"count": count},
            remedy=_("Each row says what to do. The list shows what was really sent."),
            url=_events(),
            link=_("Refused events"),
            table=FindingTable(
                columns=(_("Sent by"), _("Reason"), _("Events"), _("Last one")),
                rows=_refused_rows(found[:SHOWN]),
                left_out=max(0, len(found) - SHOWN),
            ),
        )
    ]


def refusals(since: datetime) -> list[Refusals]:
    """What was refused since a time (UTC), most often first; the newest are counted."""
    refused = Event.objects.exclude(refused="").filter(received_at__gte=since)
    newest = refused.order_by("-received_at").values("pk")[:COUNTED]
    groups = Event.objects.filter(pk__in=newest).order_by().values("source", "refused")
    rows = groups.annotate(
        events=Count("pk"), last=Max("received_at"), example=Max("pk")
    ).order_by("-events", "source", "refused")
    names = ("source", "refused", "events", "last", "example")
    return [Refusals(*row) for row in rows.values_list(*names)]


def _refused_rows(found: list[Refusals]) -> list[FindingRow]:
    examples = Event.objects.filter(pk__in=[one.example for one in found])
    lines = {line.event.pk: line for line in event_lines(with_calls(examples))}
    known = reporters(one.source for one in found)
    return [
        FindingRow(
            cells=(
                _name(one.source, known),
                lines[one.example].refusal if one.example in lines else one.code,
                one.events,
                one.last,
            ),
            url=_events(one.source),
        )
        for one in found
    ]


def _events(source: str = "") -> str:
    given = {"state": "refused", "source": source}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('softphone_connector:events')}?{query}"


def _name(source: str, known: Mapping[str, Reporter]) -> str:
    return str(known.get(source, source))


def look_at_clocks() -> list[Finding]:
    """The phones whose stated times are far from the time of arrival."""
    found = clocks()
    wrong = [one for one in found if abs(one.ahead) > DRIFT]
    if not found:
        return [Finding(text=_("No phone has stated the time of its events lately."))]
    if not wrong:
        text = ngettext(
            "%(count)d phone states times; its clock is right within 5 seconds.",
            "%(count)d phones state times; their clocks are right within 5 seconds.",
            len(found),
        )
        return [Finding(text=text % {"count": len(found)})]
    text = ngettext(
        "The clock of %(count)d phone is wrong.",
        "The clocks of %(count)d phones are wrong.",
        len(wrong),
    )
    return [
        Finding(
            level=Level.WARNING,
            text=text % {"count": len(wrong)},
            remedy=_(
                "Let the phone take the time from a time server (NTP), and set its "
                "time zone. A time that is more than a minute ahead or a day behind is "
                "not used: the time of arrival counts."
            ),
            table=_clock_table(wrong),
        )
    ]


def clocks() -> list[Clock]:
    """The clocks of the keys that stated times in the newest events, worst first."""
    offsets: dict[str, list[float]] = defaultdict(list)
    for source, received_at, stated_at, notes in _stated():
        at = stated_at or distrusted(notes)
        if at:
            offsets[source].append((at - received_at).total_seconds())
    found = [
        Clock(source, len(ahead), median(ahead))
        for source, ahead in offsets.items()
        if len(ahead) >= ENOUGH
    ]
    return sorted(found, key=lambda one: (-abs(one.ahead), one.source))


def _stated() -> Iterator[tuple[str, datetime, datetime | None, str | None]]:
    """Source, arrival, stated time and notes of the newest events of keys."""
    newest = Event.objects.order_by("-received_at").annotate(notes=KT("raw__notes"))
    rows = newest.values_list("source", "received_at", "stated_at", "notes")
    for source, *times in rows[:LOOKED_AT]:
        if source.startswith(f"{PREFIX}:"):
            yield (source, *times)


def distrusted(notes: str | None) -> datetime | None:
    """The stated time that was not trusted, as the notes of an event (JSON) keep it."""
    if not notes or "time_not_trusted" not in notes:
        return None
    kept: list[dict[str, Any]] = json.loads(notes)
    stated = (one["value"] for one in kept if one["code"] == "time_not_trusted")
    return datetime.fromisoformat(next(stated))


def _clock_table(wrong: list[Clock]) -> FindingTable:
    shown = wrong[:SHOWN]
    known = reporters(one.source for one in shown)
    return FindingTable(
        columns=(_("Phone"), _("Clock"), _("Events")),
        rows=[
            FindingRow(cells=(_name(one.source, known), offset(one.ahead), one.events))
            for one in shown
        ],
        left_out=len(wrong) - len(shown),
    )


def offset(ahead: float) -> str:
    """How far a clock is off, in words."""
    seconds = abs(ahead)
    if seconds < MINUTES_FROM:
        text = _("%(count)d s ahead") if ahead > 0 else _("%(count)d s behind")
        return text % {"count": round(seconds)}
    if seconds < HOURS_FROM:
        text = _("%(count)d min ahead") if ahead > 0 else _("%(count)d min behind")
        return text % {"count": round(seconds / 60)}
    text = _("%(count)d h ahead") if ahead > 0 else _("%(count)d h behind")
    return text % {"count": round(seconds / 3600)}
