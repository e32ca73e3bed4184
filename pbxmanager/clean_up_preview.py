"""What PBX Clean Up would do now, for admins who want to look first."""

from __future__ import annotations

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmplus import words
from crmplus.hooks import CronPreview
from pbxmanager.clean_up import unfinished
from pbxmanager.models import Call, Status

COLUMNS = (_("Started"), _("Extension"), _("Number"), _("Status"))


def preview(limit: int) -> CronPreview:
    """How many calls it would move, by status, and the oldest ``limit`` of them."""
    calls = unfinished(timezone.now())
    by_status = calls.order_by("status").values_list("status").annotate(Count("pk"))
    return CronPreview(
        figures={str(Status(status).label): count for status, count in by_status},
        columns=COLUMNS,
        rows=[_row(call) for call in calls[:limit]],
    )


def _row(call: Call) -> tuple[str, ...]:
    return (
        words.exact(call.started_at),
        call.extension,
        call.e164 or call.number,
        str(call.get_status_display()),
    )
