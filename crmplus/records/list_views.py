"""The list of a kind of records: its page, how many it has, its columns."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus import keyset
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.records import columns
from crmplus.records.filters import ListForm
from crmplus.records.listing import heads, lines
from crmplus.records.types import RecordType
from crmplus.saved_filters.services import choose_columns
from crmplus.saved_filters.showing import saved_filters
from crmplus.web import next_page, signed_in_user

MENU = "menu"
MOST_COUNTED = 100_000


def list_key(kind: RecordType) -> str:
    """What saved filters and columns call the list of a kind."""
    return f"records:{kind.key}"


@role_required(Role.AGENT)
@require_GET
def record_list(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The records of a kind: filtered, sorted, page by page."""
    user = signed_in_user(request)
    saved = saved_filters(user, list_key(kind), request.GET)
    if saved.start_url:
        return redirect(saved.start_url)
    form = ListForm(kind, request.GET, user)
    shown = columns.shown(kind, saved.columns)
    # Joined, SQLite would read the owners first and then sort all their records.
    rows = form.rows().prefetch_related("owner", *kind.related)
    page = keyset.page(rows, form.order, request.GET)
    filters = form.chips()
    order = form.order_chip(shown)
    context = {
        "kind": kind,
        "form": form,
        "saved": saved,
        "filtered": bool(filters),
        "chips": [*filters, order] if order else filters,
        "columns": shown,
        "heads": heads(form, shown, request.GET),
        "all_columns": columns.all_in_order(kind, saved.columns),
        "columns_open": request.GET.get(MENU) == "columns",
        "page": page,
        "rows": lines(page.rows),
    }
    return render(request, "records/list.html", context)


@role_required(Role.AGENT)
@require_GET
def count(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """How many records the filters find, in words; counted to a bound."""
    form = ListForm(kind, request.GET, signed_in_user(request))
    found = form.all_rows().order_by()[: MOST_COUNTED + 1].count()
    number = number_format(min(found, MOST_COUNTED), force_grouping=True)
    if found > MOST_COUNTED:
        number += "+"
    text = _("All that these filters find: %(count)s")
    return JsonResponse({"text": text % {"count": number}})


@role_required(Role.AGENT)
@require_POST
def choose(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """Keep the columns of a list: ``column`` once for each, in order.

    ``up`` and ``down`` move the column that they name; ``reset`` forgets the choice.
    """
    user, back = signed_in_user(request), next_page(request, kind.list_url)
    if "reset" in request.POST:
        choose_columns(user, list_key(kind), [])
        messages.success(request, _("The list has its usual columns again."))
        return redirect(back)
    known = columns.columns(kind)
    keys = [key for key in request.POST.getlist("column") if key in known]
    keys = list(dict.fromkeys(keys))
    for name, by in (("up", -1), ("down", 1)):
        keys = columns.reordered(keys, request.POST.get(name, ""), by)
    choose_columns(user, list_key(kind), keys)
    moved = "up" in request.POST or "down" in request.POST
    return redirect(_with_menu(back) if moved else back)


def _with_menu(url: str) -> str:
    """The address with the menu of columns open, for who moves one after another."""
    path, _mark, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair != f"{MENU}=columns"]
    return f"{path}?{'&'.join([*kept, f'{MENU}=columns'])}"
