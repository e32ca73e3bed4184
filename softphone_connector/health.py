"""What the health page says of phones: their extensions, keys, clocks and requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crmplus import hooks
from crmplus.hooks import Finding, FindingRow, FindingTable, Level
from softphone_connector import health_events, health_lines
from softphone_connector.models import SoftphoneKey, UnknownKeyAttempt
from softphone_connector.profiles import profile

SHOWN: Final = 100
QUIET: Final = timedelta(days=30)
DAY: Final = timedelta(days=1)


def register() -> None:
    """Put the checks on the health page."""
    for hook in (
        hooks.HealthCheck(
            order=60,
            key="extensions",
            label=gettext_lazy("Extensions"),
            icon="device-landline-phone",
            run=health_lines.look_at_extensions,
        ),
        hooks.HealthCheck(
            order=61,
            key="keys",
            label=gettext_lazy("Keys"),
            icon="key",
            run=look_at_keys,
        ),
        hooks.HealthCheck(
            order=62,
            key="refused",
            label=gettext_lazy("Refused events"),
            icon="ban",
            run=health_events.look_at_refused,
        ),
        hooks.HealthCheck(
            order=63,
            key="keyless",
            label=gettext_lazy("Requests without a valid key"),
            icon="shield-x",
            run=look_at_keyless,
        ),
        hooks.HealthCheck(
            order=64,
            key="clocks",
            label=gettext_lazy("Clocks of phones"),
            icon="clock",
            run=health_events.look_at_clocks,
        ),
    ):
        hooks.register(hook)


def look_at_keys() -> list[Finding]:
    """The keys in force that nothing uses; those never used come first."""
    now = timezone.now()
    keys = SoftphoneKey.objects.filter(revoked_at=None)
    unused = Q(last_used_at=None) | Q(last_used_at__lt=now - QUIET)
    counts = keys.aggregate(
        all=Count("pk"),
        unused=Count("pk", filter=unused),
        old=Count("pk", filter=unused & Q(created_at__lt=now - DAY)),
    )
    if not counts["all"]:
        return [_no_keys()]
    if not counts["unused"]:
        text = ngettext(
            "%(count)d key, used within the last 30 days.",
            "%(count)d keys, all used within the last 30 days.",
            counts["all"],
        )
        return [Finding(text=text % {"count": counts["all"]})]
    ordered = keys.filter(unused).order_by(
        F("last_used_at").asc(nulls_first=True), "created_at", "pk"
    )
    rows = [
        _key_row(key) for key in ordered.select_related("user", "extension")[:SHOWN]
    ]
    return [_unused(counts["unused"], rows, is_old=bool(counts["old"]))]


def _no_keys() -> Finding:
    return Finding(
        level=Level.INFO,
        text=_("There are no keys yet, so no phone can report a call."),
        remedy=_("Choose what you have: its page says what to enter where."),
        url=reverse("softphone_connector:clients"),
        link=_("Phones and clients"),
    )


def _unused(count: int, rows: list[FindingRow], *, is_old: bool) -> Finding:
    """``is_old``: whether one of them is older than a day, so that it is no news."""
    text = ngettext(
        "%(count)d key is not in use: never, or not for 30 days.",
        "%(count)d keys are not in use: never, or not for 30 days.",
        count,
    )
    columns = (
        _("Key"),
        pgettext("key", "Owner"),
        _("Client"),
        _("Extension"),
        _("Made"),
    )
    return Finding(
        level=Level.WARNING if is_old else Level.INFO,
        text=text % {"count": count},
        remedy=_("Enter each in the phone that it was made for, or revoke it."),
        url=reverse("softphone_connector:keys"),
        link=_("Keys"),
        table=FindingTable(
            columns=(*columns, _("Last used")),
            rows=rows,
            left_out=count - len(rows),
        ),
    )


def _key_row(key: SoftphoneKey) -> FindingRow:
    client = profile(key.profile) if key.profile else None
    return FindingRow(
        cells=(
            f"{key.prefix}…",
            key.owner,
            client.name if client else "–",
            str(key.extension) if key.extension else "–",
            key.created_at,
            key.last_used_at,
        ),
        url=reverse("softphone_connector:users-phone", args=[key.user_id])
        if key.user_id
        else "",
    )


def look_at_keyless() -> list[Finding]:
    """Requests of the last day that came without a valid key."""
    since = timezone.now() - DAY
    # At most a hundred rows are kept.
    rows = list(UnknownKeyAttempt.objects.filter(at__gte=since).order_by("-id"))
    if not rows:
        return [Finding(text=_("All requests of the last 24 hours had a valid key."))]
    count = sum(row.count for row in rows)
    text = ngettext(
        "%(count)d request of the last 24 hours had no valid key.",
        "%(count)d requests of the last 24 hours had no valid key.",
        count,
    )
    columns = (
        pgettext("sender", "From"),
        _("Reason"),
        _("Key begins"),
        _("Requests"),
        _("Last one"),
    )
    return [
        Finding(
            level=Level.WARNING,
            text=text % {"count": count},
            remedy=_(
                "A phone may have a key that was copied in part, or revoked. If no "
                "phone of yours is at such an address, somebody is trying."
            ),
            url=reverse("softphone_connector:events-keyless"),
            link=_("What is known of them"),
            table=FindingTable(columns=columns, rows=_keyless_rows(rows)),
        )
    ]


def _keyless_rows(rows: list[UnknownKeyAttempt]) -> list[FindingRow]:
    """Requests of one kind together, the newest first."""
    groups: dict[tuple[str, str, str], tuple[int, datetime]] = {}
    for row in rows:
        kind = (row.remote, row.reason, row.prefix)
        count, last = groups.get(kind, (0, row.at))
        groups[kind] = (count + row.count, last)
    return [
        FindingRow(
            cells=(
                remote or "–",
                str(UnknownKeyAttempt.Reason(reason).label),
                f"{prefix}…" if prefix else "–",
                count,
                last,
            )
        )
        for (remote, reason, prefix), (count, last) in groups.items()
    ]
