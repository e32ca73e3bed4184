"""What one does on the page of a record: change a field, say who is not the same."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmplus import toasts
from crmplus.records.access import record_for
from crmplus.records.detail import organisation_of
from crmplus.records.duplicates import forget_apart, tell_apart
from crmplus.records.facts import fact
from crmplus.records.models import Record
from crmplus.records.single import Edit, begin, save
from crmplus.records.types import RecordType
from crmplus.web import signed_in_user


@login_required
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, kind: RecordType, pk: int, name: str) -> HttpResponse:
    """A field of a record: as a form, saved by a POST, or with ``?shown`` as it is."""
    user = signed_in_user(request)
    if request.method == "POST":
        edit = save(kind, pk, name, request.POST, user)
        return _saved(request, kind, edit) if edit.made else _form(request, kind, edit)
    record = record_for(user, kind, pk)
    edit = begin(kind, record, name, user)
    if "shown" in request.GET:
        return _shown(request, kind, record, name)
    return _form(request, kind, edit)


def _form(request: HttpRequest, kind: RecordType, edit: Edit) -> HttpResponse:
    context = {"kind": kind, "record": edit.record, "edit": edit}
    return render(request, "records/includes/fact_form.html", context)


def _shown(
    request: HttpRequest,
    kind: RecordType,
    record: Record,
    name: str,
    **more: Any,
) -> HttpResponse:
    context = {
        "kind": kind,
        "record": record,
        "fact": fact(kind, record, name),
        "organisation": organisation_of(record, signed_in_user(request)),
        **more,
    }
    return render(request, "records/includes/fact.html", context)


def _saved(request: HttpRequest, kind: RecordType, edit: Edit) -> HttpResponse:
    record, name = edit.record, edit.name
    answer = _shown(request, kind, record, name, renamed=name in record.named_by())
    if edit.now != edit.was:
        told = {
            "text": _("%(field)s is saved.") % {"field": edit.label},
            "url": reverse("records:field", args=[kind.key, record.pk, name]),
            "name": name,
            "was": edit.was,
            "now": edit.now,
        }
        answer["HX-Trigger"] = json.dumps({"record-changed": told})
    return answer


@login_required
@require_POST
def not_the_same(
    request: HttpRequest, kind: RecordType, pk: int, other: int
) -> HttpResponse:
    """Remember that two records that look alike are two; it can be undone."""
    user = signed_in_user(request)
    record, its = record_for(user, kind, pk), record_for(user, kind, other)
    if "undo" in request.GET:
        forget_apart(kind, pk, other)
        return redirect(record.get_absolute_url())
    tell_apart(kind, pk, other)
    undo = reverse("records:not-the-same", args=[kind.key, pk, other])
    text = _("“%(name)s” is no longer shown as a duplicate.") % {"name": its}
    toasts.undoable(request, text, f"{undo}?undo=1")
    return redirect(record.get_absolute_url())
