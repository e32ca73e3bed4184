"""My day: what is to be done; create, change, do and put off activities."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus import keyset, toasts
from crmplus.recyclebin.services import offer_undo
from crmplus.tickets.agenda import Agenda
from crmplus.tickets.asking import visible_activities, visible_tickets
from crmplus.tickets.binning import discard
from crmplus.tickets.changing import NoChangeError, read
from crmplus.tickets.forms import ActivityForm, QuickForm
from crmplus.tickets.models import Activity, Kind
from crmplus.tickets.showing import activity_rows, due_words, picks, records_of, title
from crmplus.tickets.ticket_views import was_shown
from crmplus.tickets.times import midnight
from crmplus.tickets.todo import (
    change_activity,
    create_activity,
    mark_done,
    postpone,
    reopen,
)
from crmplus.tickets.touching import touched
from crmplus.web import next_page, signed_in_user

END_OF_DAY = 18


def activity_for(request: HttpRequest, pk: int) -> Activity:
    """An activity that the user may see; Http404 otherwise."""
    rows = visible_activities(signed_in_user(request))
    return get_object_or_404(
        rows.select_related("owner", "created_by", "done_by", "ticket"), pk=pk
    )


def _title(request: HttpRequest, found: Activity) -> str:
    user = signed_in_user(request)
    records = records_of([found], user)
    return title(found, records.get(found.target) if found.target else None)


def _back(request: HttpRequest) -> str:
    return next_page(request, reverse("tickets:my-day"))


@login_required
@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """What is to be done, the first due on top; or what was done."""
    user = signed_in_user(request)
    agenda = Agenda(user, request.GET)
    page = keyset.page(agenda.rows(), agenda.order, request.GET)
    context = {
        "agenda": agenda,
        "chips": agenda.chips(),
        "page": page,
        "rows": activity_rows(page.rows, user),
        "picks": picks(),
    }
    return render(request, "tickets/my_day.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new activity; ``?kind=&target=&call=&phone=&ticket=`` fill it in."""
    user = signed_in_user(request)
    form = ActivityForm(user, request.POST or None, _given(request))
    _offer_ticket(request, form)
    if _wants_to_save(request) and form.is_valid():
        values = _values(form)
        made = create_activity(user, **values, call=form.cleaned_data["call"])
        return _saved(request, made)
    return _form(request, form, None)


def _given(request: HttpRequest) -> dict[str, Any]:
    given = request.GET.dict()
    initial: dict[str, Any] = {"owner": request.user, "due_quick": "hour", **given}
    initial.setdefault("number", given.get("phone", ""))
    if given.get("kind") not in Kind.values:
        initial["kind"] = Kind.CALL_BACK if given.get("phone") else Kind.TASK
    return initial


def _offer_ticket(request: HttpRequest, form: ActivityForm) -> None:
    field: Any = form.fields["ticket"]
    field.queryset = visible_tickets(signed_in_user(request))


@login_required
@require_http_methods(["GET", "POST"])
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity, to look at and change."""
    found, user = activity_for(request, pk), signed_in_user(request)
    initial = {
        name: getattr(found, name)
        for name in ("kind", "subject", "number", "note", "owner", "due_at", "ticket")
    }
    initial["target"] = f"{found.target_kind}:{found.target_id}" if found.target else ""
    form = ActivityForm(user, request.POST or None, initial)
    _offer_ticket(request, form)
    if _wants_to_save(request) and form.is_valid():
        values = _values(form)
        values["due_at"] = values.pop("due")
        change_activity(found, user, **touched(values, request.POST))
        return _saved(request, found)
    return _form(request, form, found)


def _wants_to_save(request: HttpRequest) -> bool:
    # Without JavaScript a button looks for records, and saves nothing yet.
    return request.method == "POST" and "look" not in request.POST


def _values(form: ActivityForm) -> dict[str, Any]:
    names = ("kind", "subject", "number", "note", "owner", "due", "target", "ticket")
    return {name: form.cleaned_data[name] for name in names}


def _form(
    request: HttpRequest, form: ActivityForm, found: Activity | None
) -> HttpResponse:
    context = {
        "form": form,
        "activity": found,
        "was": was_shown(request, found),
        "title": _title(request, found) if found else "",
        "back": _back(request),
    }
    return render(request, "tickets/activity_form.html", context)


def _saved(request: HttpRequest, found: Activity) -> HttpResponse:
    values = {"name": _title(request, found), "time": due_words(found.due_at, _now())}
    messages.success(request, _("“%(name)s” is due: %(time)s.") % values)
    return redirect(_back(request))


def _now() -> datetime:
    return timezone.now()


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a task to a record by one line; without a time it is due this evening."""
    user = signed_in_user(request)
    form = QuickForm(user, request.POST)
    if not form.is_valid():
        texts = [str(text) for errors in form.errors.values() for text in errors]
        messages.error(request, " ".join(texts))
        return redirect(_back(request))
    due = form.cleaned_data["due"] or _this_evening()
    made = create_activity(
        user,
        Kind.TASK,
        form.cleaned_data["subject"],
        due=due,
        target=form.cleaned_data["target"],
    )
    return _saved(request, made)


def _this_evening() -> datetime:
    now = timezone.localtime()
    evening = now.replace(hour=END_OF_DAY, minute=0, second=0, microsecond=0)
    return evening if evening > now else midnight(now, 1)


@login_required
@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done; that can be undone."""
    found, user = activity_for(request, pk), signed_in_user(request)
    name, back = _title(request, found), _back(request)
    if mark_done(found, user):
        undo = f"{reverse('tickets:reopen', args=[pk])}?{urlencode({'next': back})}"
        toasts.undoable(request, _("“%(name)s” is done.") % {"name": name}, undo)
    else:
        values = {"name": name, "who": found.done_by or _("somebody else")}
        text = _("“%(name)s” was done already, by %(who)s.") % values
        messages.info(request, text)
    return redirect(back)


@login_required
@require_POST
def undone(request: HttpRequest, pk: int) -> HttpResponse:
    """It is to be done after all."""
    found = activity_for(request, pk)
    reopen(found, signed_in_user(request))
    text = _("“%(name)s” is to be done again.") % {"name": _title(request, found)}
    messages.success(request, text)
    return redirect(_back(request))


@login_required
@require_POST
def later(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it off: ``due`` is a quick choice, or a moment; that can be undone."""
    found, user = activity_for(request, pk), signed_in_user(request)
    asked = request.POST if "due" in request.POST else request.GET
    try:
        due = read("due_at", asked.get("due", ""))
    except NoChangeError:
        due = None
    if due is None:
        raise Http404
    before, back = found.due_at, _back(request)
    postpone(found, user, due)
    query = {"due": before.isoformat(), "next": back}
    undo = f"{reverse('tickets:later', args=[pk])}?{urlencode(query)}"
    values = {"name": _title(request, found), "time": due_words(due, _now())}
    toasts.undoable(request, _("“%(name)s” is due: %(time)s.") % values, undo)
    return redirect(back)


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Move an activity to the recycle bin; it can be undone."""
    found = activity_for(request, pk)
    name = _title(request, found)
    discard(found, signed_in_user(request))
    text = _("“%(name)s” is in the recycle bin.") % {"name": name}
    offer_undo(request, text, found, _back(request))
    return redirect(_back(request))
