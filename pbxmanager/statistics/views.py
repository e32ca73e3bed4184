"""The pages of figures, and figures as files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crmplus.accounts.rights import open_to_statistics
from crmplus.web import signed_in_user
from pbxmanager.calendar import day_of, installation_zone
from pbxmanager.statistics import exporting
from pbxmanager.statistics.asking import Question
from pbxmanager.statistics.charts import charts
from pbxmanager.statistics.models import Upkeep
from pbxmanager.statistics.people import seen_by
from pbxmanager.statistics.periods import COMPARISONS
from pbxmanager.statistics.report import Report
from pbxmanager.statistics.tiles import tiles

# Tables that are long where many people work; files have all of them.
FOLDED = ("teams", "users", "extensions")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _report(request: HttpRequest, now: datetime) -> Report:
    today = day_of(now, installation_zone())
    question = Question(seen_by(signed_in_user(request)), request.GET, today)
    return Report(question, today)


@open_to_statistics
@login_required
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures about calls: as far as the user may see them."""
    report = _report(request, timezone.now())
    context = _context(report, request.GET.get("all", ""))
    return render(request, "statistics/page.html", context)


def _context(report: Report, unfolded: str) -> dict[str, Any]:
    """What the page shows; ``unfolded`` is the key of a table to be shown whole."""
    question = report.question
    tables = {
        key: table if key == unfolded or key not in FOLDED else table.folded()
        for key, table in report.tables.items()
    }
    return {
        "report": report,
        "form": question,
        "tables": tables,
        "tiles": tiles(report),
        "heat": report.heat,
        "charts": charts(report),
        "days": question.days,
        "before": question.before,
        "compared": COMPARISONS,
        "is_own": question.seen.people == [question.seen.viewer.pk],
        "is_ready": Upkeep.objects.exists(),
    }


@open_to_statistics
@login_required
@require_GET
def as_xlsx(request: HttpRequest) -> HttpResponse:
    """The figures of the page as a workbook."""
    now = timezone.now()
    report = _report(request, now)
    content = exporting.as_workbook(report, report.today_at or now)
    return _file(content, XLSX, ".xlsx")


@open_to_statistics
@login_required
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """One table of the page (``?table=``) as CSV; 404 where there is none."""
    tables = _report(request, timezone.now()).tables
    table = tables.get(request.GET.get("table", "days"))
    if table is None:
        raise Http404
    content = exporting.as_csv(table).encode()
    return _file(content, "text/csv; charset=utf-8", f"-{table.key}.csv")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    today = timezone.localdate().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="calls-{today}{name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
