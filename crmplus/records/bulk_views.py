"""Acts on many records of a list, and taking them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crmplus import toasts
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.accounts.visibility import visible_records
from crmplus.records import bulk, bulk_jobs, bulk_words
from crmplus.records.bulk_models import BulkChange
from crmplus.records.filters import ListForm
from crmplus.records.models import Record
from crmplus.records.types import TYPES, RecordType
from crmplus.web import next_page, signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST_MARKED = 1_000
AT_ONCE = 200


@role_required(Role.AGENT)
@require_POST
def act(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """Do what ``act`` says with the ``marked`` records, or with ``all`` that the
    filters in the address find. ``owner`` and ``country`` are the values for it. More
    than two hundred are a job.
    """
    user = signed_in_user(request)
    back = (
        f"{kind.list_url}?{request.GET.urlencode()}" if request.GET else kind.list_url
    )
    name = request.POST.get("act", "")
    try:
        wanted = bulk.wanted(name, request.POST.get(name, ""))
    except bulk.CannotActError:
        messages.error(request, _("Choose what to do with the marked entries."))
        return redirect(back)
    rows = bulk.concerned(_marked(request, kind, user), wanted)
    ids = list(rows.order_by().values_list("pk", flat=True)[: MOST_MARKED + 1])
    if not ids:
        messages.info(request, _("Nothing had to be changed. Mark other entries."))
        return redirect(back)
    change = bulk.begin(user, kind, wanted)
    if len(ids) > MOST_MARKED:
        return redirect(bulk_jobs.start(change, request.GET.urlencode()))
    bulk.plan(change, ids)
    if len(ids) > AT_ONCE:
        return redirect(bulk_jobs.start(change, None))
    bulk.carry_out(change)
    undo = reverse("records:bulk-undo", args=[change.pk])
    toasts.undoable(
        request, bulk_words.done(change), f"{undo}?{urlencode({'next': back})}"
    )
    return redirect(back)


@role_required(Role.AGENT)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an act of the user's own back, where nobody changed it since."""
    user = signed_in_user(request)
    own = BulkChange.objects.filter(user=user, undone_at=None, kind__in=TYPES)
    change = get_object_or_404(own, pk=pk)
    kind = TYPES[change.kind]
    messages.success(request, bulk_words.undone(bulk.take_back(change)))
    return redirect(next_page(request, kind.list_url))


def _marked(request: HttpRequest, kind: RecordType, user: User) -> QuerySet[Record]:
    if request.POST.get("all"):
        form = ListForm(kind, request.GET, user)
        # A filter that is none any more (its owner left) must not reach everything.
        return kind.model.objects.none() if form.errors else form.all_rows()
    texts = request.POST.getlist("marked")[:MOST_MARKED]
    ids = [int(text) for text in texts if text.isdecimal() and len(text) < 19]
    rows: QuerySet[Record] = kind.model.objects.filter(pk__in=ids)
    return visible_records(user, rows)
