"""Show, create, change and delete records of all kinds; search everywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus.records.access import may_see, record_for
from crmplus.records.detail import detail_context
from crmplus.records.fields import begins_with
from crmplus.records.forms import RecordForm, form_class
from crmplus.records.history import Values, values_of
from crmplus.records.keys import fold, one_line
from crmplus.records.merging import successor
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.numbers import numbers
from crmplus.records.rebasing import rebased, shown
from crmplus.records.saving import save_noted
from crmplus.records.search import (
    is_number,
    matches,
    search_everywhere,
)
from crmplus.records.types import ORGANISATIONS, TYPES, RecordType, type_of
from crmplus.records.visible import visible_to
from crmplus.recyclebin.services import offer_undo
from crmplus.web import next_page, signed_in_user

SUGGESTIONS = 10
LONGEST_SEARCH = 200


def _record(request: HttpRequest, kind: RecordType, pk: int) -> Record:
    return record_for(signed_in_user(request), kind, pk)


@login_required
@require_GET
def detail(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """A record: who it is, its timeline, what is related to it.

    One that was merged or converted leads to what it became.
    """
    try:
        record = _record(request, kind, pk)
    except Http404:
        became = successor(kind, pk, signed_in_user(request))
        if became is None:
            raise
        return redirect(became)
    return render(request, "records/detail.html", detail_context(request, kind, record))


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """A new record; ``?phone=``, ``?name=`` and fields of the form fill it in."""
    given = request.GET.dict()
    if kind.is_person:
        given["first_name"], _space, given["last_name"] = one_line(
            given.get("name", "")
        ).rpartition(" ")
    initial = {"owner": request.user.pk, **given, **request.GET.dict()}
    return _edit(request, kind, kind.model(), initial)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Change a record; ``?phone=`` goes into the first number field that is free."""
    if request.method == "POST":
        with transaction.atomic():
            user = signed_in_user(request)
            return _edit(request, kind, record_for(user, kind, pk, to_write=True), {})
    record = _record(request, kind, pk)
    free = [name for name in PHONE_FIELDS if not getattr(record, name)]
    number = request.GET.get("phone")
    return _edit(request, kind, record, {free[0]: number} if number and free else {})


def _edit(
    request: HttpRequest, kind: RecordType, record: Record, initial: dict[str, Any]
) -> HttpResponse:
    before = values_of(record) if record.pk else None
    was = shown(kind, record) if record.pk else ""
    data, theirs = rebased(kind, record, request.POST) if was else (request.POST, {})
    form = form_class(kind)(
        data or None, instance=record, initial=initial, user=signed_in_user(request)
    )
    if request.method == "POST" and form.is_valid() and not theirs:
        return _saved(request, form, before)
    for name, text in theirs.items():
        form.add_error(name, text)
    back = record.get_absolute_url() if record.pk else kind.list_url
    context = {
        "kind": kind,
        "record": record if record.pk else None,
        "form": form,
        "was": was,
        "back": next_page(request, back),
    }
    return render(request, "records/form.html", context)


def _saved(
    request: HttpRequest, form: RecordForm, before: Values | None
) -> HttpResponse:
    record = save_noted(form, signed_in_user(request), before)
    messages.success(request, _("“%(name)s” is saved.") % {"name": record})
    for number in numbers(record):
        if number.warning:
            told = {"field": number.label, "number": number.value}
            messages.warning(
                request,
                _("%(field)s: “%(number)s” is not understood as a phone number.")
                % told,
            )
    # Who gave it to somebody else may not see it any more.
    if not may_see(signed_in_user(request), record):
        return redirect(type_of(record).list_url)
    return redirect(next_page(request, record.get_absolute_url()))


@login_required
@require_POST
def delete(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Move a record to the recycle bin; it can be undone."""
    record = _record(request, kind, pk)
    record.move_to_bin(by=signed_in_user(request))
    text = _("“%(name)s” is in the recycle bin.") % {"name": record}
    offer_undo(request, text, record, record.get_absolute_url())
    return redirect(next_page(request, kind.list_url))


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Search all kinds: names, organisations, e-mail, numbers in any notation.

    With ``?phone=`` each result offers to add that number to it.
    """
    user = signed_in_user(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    context = {
        "q": text,
        "phone": request.GET.get("phone", ""),
        "matches": matches(text, user) if text else [],
        "groups": search_everywhere(text, user) if text else [],
        "creatable": TYPES.values() if is_number(text) else (),
    }
    return render(request, "records/search.html", context)


@login_required
@require_GET
def organisation_names(request: HttpRequest) -> HttpResponse:
    """Names of organisations that begin with ``?q=``, for the form of a contact."""
    key = fold(request.GET.get("q", ""))
    rows = visible_to(ORGANISATIONS, signed_in_user(request), "name_key")
    rows = rows.filter(begins_with("name_key", key))
    found = rows.order_by("name_key", "pk")[:SUGGESTIONS] if key else ()
    names = [record.title for record in found]
    return JsonResponse({"names": list(dict.fromkeys(names))})
