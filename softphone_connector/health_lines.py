"""Which extensions report their calls, and which do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmplus.hooks import Finding, FindingRow, FindingTable, Level
from pbxmanager.models import Extension, Leg, Report

# So many extensions are looked at, and of each so many parts in calls: one is enough
# for those that report; clicks that no phone followed may stand before the last report.
MOST: Final = 2_000
DOUBTFUL: Final = 200
DEPTH: Final = 30
SHOWN: Final = 100
QUIET: Final = timedelta(days=30)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Heard(NamedTuple):
    """An extension, its user (ID), and the last call that a phone reported (UTC)."""

    pk: int
    number: str
    user_id: int | None
    last: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether somebody waits for calls at it, and none was ever reported."""
        return self.user_id is not None and self.last is None


def look_at_extensions() -> list[Finding]:
    """Which extensions never reported, and when the others did: longest ago first."""
    found = sorted(heard(), key=lambda one: (one.last or LONG_AGO, one.number))
    if not found:
        return [_none()]
    silent = [one for one in found if one.is_silent]
    others = [one for one in found if not one.is_silent]
    findings = [_silent(silent)] if silent else []
    return [*findings, _others(others)] if others else findings


def heard() -> list[Heard]:
    """The extensions, those of active users first, with their last reports.

    Two queries whose cost depends on the number of extensions only.
    """
    found = {row[0]: Heard(*row) for row in _reported(1)}
    doubtful = [pk for pk, one in found.items() if one.last is None][:DOUBTFUL]
    if doubtful:
        found.update({row[0]: Heard(*row) for row in _reported(DEPTH, doubtful)})
    return list(found.values())


def _reported(
    depth: int, only: list[int] | None = None
) -> QuerySet[Extension, tuple[int, str, int | None, datetime | None]]:
    """When extensions last had a part in a call that a phone told of.

    Looks at the newest ``depth`` parts of each. A click, or a test call to oneself,
    is no report.
    """
    reports = Report.objects.filter(call=OuterRef("call")).exclude(
        Q(source__startswith="click:") | Q(source__startswith="test:")
    )
    newest = Leg.objects.filter(extension=OuterRef(OuterRef("number")))
    told = Leg.objects.filter(
        Q(rang_at__isnull=False)
        | Q(connected_at__isnull=False)
        | Q(over_at__isnull=False),
        Exists(reports),
        pk__in=newest.order_by("-first_at").values("pk")[:depth],
    )
    last = told.order_by("-first_at").values("first_at")[:1]
    owner = Case(When(user__is_active=True, then="user_id"))
    rows = Extension.objects.annotate(owner=owner, last=Subquery(last)).order_by(
        F("owner").asc(nulls_last=True), "number"
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list("pk", "number", "owner", "last")[:MOST]


def _table(found: list[Heard]) -> FindingTable:
    shown = found[:SHOWN]
    users = get_user_model().objects.in_bulk({one.user_id for one in shown} - {None})
    return FindingTable(
        columns=(_("Extension"), _("User"), _("Last reported call")),
        rows=[
            FindingRow(
                cells=(one.number, str(users.get(one.user_id) or "–"), one.last),
                url=_phone_page(one.user_id),
            )
            for one in shown
        ],
        left_out=len(found) - len(shown),
    )


def _phone_page(user_id: int | None) -> str:
    if user_id is None:
        return ""
    return reverse("softphone_connector:users-phone", args=[user_id])


def _none() -> Finding:
    return Finding(
        level=Level.INFO,
        text=_("There are no extensions yet, so no call pops up anywhere."),
        remedy=_("Each user gets an extension on the page “My phone” of the user."),
        url=reverse("accounts:users"),
        link=_("Users"),
    )


def _silent(found: list[Heard]) -> Finding:
    text = ngettext(
        "%(count)d extension has never reported a call.",
        "%(count)d extensions have never reported a call.",
        len(found),
    )
    return Finding(
        level=Level.WARNING,
        text=text % {"count": len(found)},
        remedy=_(
            "Set the phone up as the page of the client says, then make a test call: "
            "the page “My phone” of the user shows what arrives."
        ),
        url=reverse("softphone_connector:clients"),
        link=_("Phones and clients"),
        table=_table(found),
    )


def _others(found: list[Heard]) -> Finding:
    since = timezone.now() - QUIET
    busy = sum(one.last is not None and one.last >= since for one in found)
    quiet = sum(one.last is not None and one.last < since for one in found)
    return Finding(
        level=Level.INFO if quiet else Level.OK,
        text=" ".join(_counted(busy, quiet, len(found) - busy - quiet)),
        table=_table(found),
    )


def _counted(busy: int, quiet: int, free: int) -> Iterator[str]:
    """How many extensions report, are quiet, or wait for a user, each if any."""
    if busy:
        text = ngettext(
            "%(count)d extension reports its calls.",
            "%(count)d extensions report their calls.",
            busy,
        )
        yield text % {"count": busy}
    if quiet:
        text = ngettext(
            "%(count)d extension has been quiet for 30 days.",
            "%(count)d extensions have been quiet for 30 days.",
            quiet,
        )
        yield text % {"count": quiet}
    if free:
        text = ngettext(
            "%(count)d extension is free.", "%(count)d extensions are free.", free
        )
        yield text % {"count": free}
