"""What the health page says of calls: those without an end, and events that stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crmplus import hooks
from crmplus.hooks import Finding, FindingRow, FindingTable, Level
from pbxmanager.models import Call, Event, Extension, Status
from pbxmanager.rules import keep_events_for

DAYS: Final = 7
# The newest calls of the period that are counted: enough to see who never ends them.
COUNTED: Final = 2_000
SHOWN: Final = 100
# So many at one extension, or in all, are no accident any more.
MANY: Final = 3
MANY_IN_ALL: Final = 20
# The server gives calls up every 30 s, and lets events go every hour.
SLOW: Final = timedelta(minutes=2)
LATE: Final = timedelta(days=1)


class Ends(NamedTuple):
    """Calls of an extension whose end was not reported: how many, and the last."""

    extension: str
    calls: int
    last: datetime


def register() -> None:
    """Put the checks on the health page."""
    hooks.register(
        hooks.HealthCheck(
            order=50,
            key="calls",
            label=gettext_lazy("Ends that were not reported"),
            icon="phone-off",
            run=look_at_calls,
        )
    )
    hooks.register(
        hooks.HealthCheck(
            order=70,
            key="kept-events",
            label=gettext_lazy("Kept events"),
            icon="history",
            run=look_at_kept_events,
        )
    )


def look_at_calls() -> list[Finding]:
    """Calls that should have been given up, and those that were."""
    now = timezone.now()
    return [*_overdue(now), _lost(now)]


def _overdue(now: datetime) -> list[Finding]:
    # The order lets SQLite use the index of this column, which few calls are in.
    rows = Call.all_objects.filter(overdue_at__lte=now - SLOW).order_by("overdue_at")
    count = len(rows.values_list("pk", flat=True)[:COUNTED])
    if not count:
        return []
    text = ngettext(
        "%(count)d call still runs, although its end is overdue.",
        "%(count)d calls still run, although their end is overdue.",
        count,
    )
    return [
        Finding(
            level=Level.ERROR,
            text=text % {"count": count},
            remedy=_(
                "A server process gives such calls up within a minute of its start. "
                "See whether one does the background work, and look into its log."
            ),
        )
    ]


def _lost(now: datetime) -> Finding:
    found = ends_missing(now - timedelta(days=DAYS))
    if not found:
        text = _("The ends of all calls of the last %(days)d days were reported.")
        return Finding(text=text % {"days": DAYS})
    count = sum(one.calls for one in found)
    are_many = found[0].calls >= MANY or count >= MANY_IN_ALL
    return Finding(
        level=Level.WARNING if are_many else Level.INFO,
        text=_lost_words(count),
        remedy=_(
            "Let these phones report “ended” and “missed” too. A phone that can't "
            "has calls without a duration; PBX Clean Up removes those nobody touched."
        ),
        url=_log(),
        link=_("These calls"),
        table=FindingTable(
            columns=(_("Extension"), _("User"), _("Calls"), _("Last one")),
            rows=_rows(found[:SHOWN]),
            left_out=max(0, len(found) - SHOWN),
        ),
    )


def _lost_words(count: int) -> str:
    text = ngettext(
        "%(count)d call of the last %(days)d days got no end.",
        "%(count)d calls of the last %(days)d days got no end.",
        count,
    )
    if count >= COUNTED:
        text = _("At least %(count)d calls of the last %(days)d days got no end.")
    return text % {"count": count, "days": DAYS}


def ends_missing(since: datetime) -> list[Ends]:
    """The extensions whose calls since a time (UTC) got no end, most calls first.

    Also those in the recycle bin: PBX Clean Up puts them there.
    """
    lost = Call.all_objects.filter(status=Status.LOST, started_at__gte=since)
    newest = lost.order_by("-started_at").values("pk")[:COUNTED]
    groups = Call.all_objects.filter(pk__in=newest).order_by().values("extension")
    rows = groups.annotate(calls=Count("pk"), last=Max("started_at"))
    ordered = rows.order_by("-calls", "extension")
    return [Ends(*row) for row in ordered.values_list("extension", "calls", "last")]


def _rows(found: Sequence[Ends]) -> list[FindingRow]:
    numbers = [one.extension for one in found]
    lines = Extension.objects.filter(number__in=numbers, user__isnull=False)
    people = {line.number: str(line.user) for line in lines.select_related("user")}
    return [
        FindingRow(
            cells=(
                one.extension or _("not stated"),
                people.get(one.extension, "–"),
                one.calls,
                one.last,
            ),
            url=_log(one.extension) if one.extension else "",
        )
        for one in found
    ]


def _log(extension: str = "") -> str:
    """The list of the calls without an end."""
    given = {"status": Status.LOST.value, "extension": extension, "period": "week"}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('pbxmanager:list')}?{query}"


def look_at_kept_events() -> list[Finding]:
    """Whether raw events go when their time is over."""
    times = Event.objects.order_by("received_at").values_list("received_at", flat=True)
    oldest = times.first()
    if oldest is None:
        return [Finding(text=_("No phone has reported anything yet."))]
    facts = {"day": _day(oldest), "days": keep_events_for().days}
    if timezone.now() - oldest <= keep_events_for() + LATE:
        text = _("The oldest is of %(day)s; they are kept for %(days)d days.")
        return [Finding(text=text % facts)]
    text = _(
        "The oldest is of %(day)s, but they are to be kept for %(days)d days only."
    )
    return [
        Finding(
            level=Level.WARNING,
            text=text % facts,
            remedy=_(
                "A server process lets them go every hour. See whether one does the "
                "background work, and look into its log."
            ),
        )
    ]


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
