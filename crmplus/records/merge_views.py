"""Pages that make one record of two, and a contact of a lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crmplus import toasts
from crmplus.records.access import record_for
from crmplus.records.convert_form import ConvertForm
from crmplus.records.converting import convert
from crmplus.records.duplicates import possible_duplicates
from crmplus.records.merge_choices import NEW, OLD, choices, chosen_values
from crmplus.records.merging import MergedMeanwhile, merge
from crmplus.records.models import Lead, Record
from crmplus.records.numbers import with_main_numbers
from crmplus.records.search import search
from crmplus.records.types import CONTACTS, LEADS, RecordType
from crmplus.recyclebin.services import restore_url
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User

FOUND = 20
LONGEST_SEARCH = 200


@login_required
@require_GET
def merge_with(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Choose the record that is the same: what looks alike, or is searched for."""
    user = signed_in_user(request)
    record = record_for(user, kind, pk)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = _found(kind, record, text, user)
    context = {
        "kind": kind,
        "record": record,
        "q": text,
        "rows": with_main_numbers(found),
    }
    return render(request, "records/merge_with.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def merge_page(
    request: HttpRequest, kind: RecordType, pk: int, other: int
) -> HttpResponse:
    """Two records side by side; one chooses of each field which value stays."""
    if pk == other:
        return redirect("records:merge-with", kind.key, pk)
    with _writing(request) as to_write:
        user = signed_in_user(request)
        # Always locked in this order, so that nobody waits for each other.
        found = {
            one: record_for(user, kind, one, to_write=to_write)
            for one in sorted((pk, other))
        }
        return _side_by_side(request, kind, found[pk], found[other])


@contextmanager
def _writing(request: HttpRequest) -> Iterator[bool]:
    """A transaction for a form that is sent; whether it is."""
    if request.method == "POST":
        with transaction.atomic():
            yield True
    else:
        yield False


def _side_by_side(
    request: HttpRequest, kind: RecordType, new: Record, old: Record
) -> HttpResponse:
    seen = f"{new.changed_at.isoformat()} {old.changed_at.isoformat()}"
    asked = {name: side for name, side in request.POST.items() if side in (NEW, OLD)}
    if request.method == "POST" and request.POST.get("seen") == seen:
        return _merge(request, kind, new, old, asked)
    if request.method == "POST":
        messages.warning(
            request,
            _("Somebody changed one of the two meanwhile. Please look again."),
        )
    context = {
        "kind": kind,
        "new": new,
        "old": old,
        "choices": choices(new, old, asked),
        "seen": seen,
    }
    return render(request, "records/merge.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def convert_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a contact of a lead, with an organisation or without."""
    with _writing(request) as to_write:
        lead = record_for(signed_in_user(request), LEADS, pk, to_write=to_write)
        assert isinstance(lead, Lead)  # noqa: S101  (of that kind)
        return _conversion(request, lead)


def _conversion(request: HttpRequest, lead: Lead) -> HttpResponse:
    seen = lead.changed_at.isoformat()
    sent = request.POST or None
    if sent and sent.get("seen", seen) != seen:
        messages.warning(
            request, _("Somebody changed the lead meanwhile. Please look again.")
        )
        sent = None
    form = ConvertForm(sent, lead=lead, user=signed_in_user(request))
    if sent and form.is_valid():
        return _convert(request, lead, form)
    context = {
        "kind": LEADS,
        "contacts": CONTACTS,
        "record": lead,
        "form": form,
        "seen": seen,
    }
    return render(request, "records/convert.html", context)


def _found(kind: RecordType, record: Record, text: str, user: User) -> list[Record]:
    if not text:
        return possible_duplicates(kind, record, user)
    rows = search(kind, kind.model.objects.all(), text, user).exclude(pk=record.pk)
    rows = rows.order_by("name_key", "pk").prefetch_related(*kind.related)
    return list(rows[:FOUND])


def _merge(
    request: HttpRequest,
    kind: RecordType,
    new: Record,
    old: Record,
    asked: dict[str, str],
) -> HttpResponse:
    values = chosen_values(
        new,
        old,
        choices(new, old, asked),
        keep_numbers="keep_numbers" in request.POST,
    )
    try:
        merge(kind, new.pk, old.pk, values, signed_in_user(request))
    except MergedMeanwhile:
        return _too_late(request, kind)
    text = _("“%(old)s” is now part of “%(new)s”.") % {"old": old, "new": new}
    back = old.get_absolute_url()
    toasts.undoable(request, text, restore_url(kind.key, old.pk, back))
    return redirect(new.get_absolute_url())


def _convert(request: HttpRequest, lead: Lead, form: ConvertForm) -> HttpResponse:
    user = signed_in_user(request)
    try:
        contact = convert(lead.pk, form.contact(), form.organisation(), user)
    except MergedMeanwhile:
        return _too_late(request, LEADS)
    text = _("The lead is now the contact “%(name)s”.") % {"name": contact}
    back = lead.get_absolute_url()
    toasts.undoable(request, text, restore_url(LEADS.key, lead.pk, back))
    return redirect(contact.get_absolute_url())


def _too_late(request: HttpRequest, kind: RecordType) -> HttpResponse:
    messages.error(
        request,
        _("Somebody else merged, converted or deleted it a moment ago."),
    )
    return redirect(kind.list_url)
