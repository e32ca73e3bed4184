"""List, show, create, change and delete tickets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus import keyset, toasts
from crmplus.recyclebin.services import offer_undo
from crmplus.saved_filters.showing import saved_filters
from crmplus.tickets.asking import visible_tickets
from crmplus.tickets.binning import discard
from crmplus.tickets.changing import NoChangeError, raw, read, told
from crmplus.tickets.fields import parse_target
from crmplus.tickets.filters import TicketFilter
from crmplus.tickets.finding import candidates
from crmplus.tickets.forms import TicketForm
from crmplus.tickets.models import Activity, Priority, Ticket
from crmplus.tickets.pages import ticket_context
from crmplus.tickets.showing import picks, ticket_rows
from crmplus.tickets.touching import shown, touched
from crmplus.tickets.writing import change_ticket, create_ticket
from crmplus.web import next_page, signed_in_user

LIST = "tickets"


def ticket_for(request: HttpRequest, pk: int) -> Ticket:
    """A ticket that the user may see; Http404 otherwise."""
    rows = visible_tickets(signed_in_user(request))
    return get_object_or_404(
        rows.select_related("owner", "created_by", "closed_by"), pk=pk
    )


@login_required
@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """Tickets: filtered, sorted, page by page; at first one's own open ones."""
    user = signed_in_user(request)
    saved = saved_filters(user, LIST, request.GET)
    if saved.start_url:
        return redirect(f"{request.path}{saved.start_url}")
    form = TicketFilter(user, request.GET)
    # Joined, SQLite would read the owners first and then sort all their tickets.
    page = keyset.page(form.rows().prefetch_related("owner"), form.order, request.GET)
    context = {
        "form": form,
        "chips": form.chips(),
        "page": page,
        "rows": ticket_rows(page.rows, user),
        "saved": saved,
        "picks": picks(),
        "new_url": _new_url(request),
    }
    return render(request, "tickets/list.html", context)


def _new_url(request: HttpRequest) -> str:
    url, target = reverse("tickets:create"), request.GET.get("record", "")
    return f"{url}?{urlencode({'target': target})}" if parse_target(target) else url


@login_required
@require_GET
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """A ticket: what it is, its timeline, what belongs to it."""
    context = ticket_context(request, ticket_for(request, pk))
    return render(request, "tickets/ticket.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new ticket; ``?target=contacts:5&call=…&phone=…&subject=`` fill it in."""
    user = signed_in_user(request)
    given = {"owner": user, "priority": Priority.NORMAL, **request.GET.dict()}
    form = TicketForm(user, request.POST or None, given)
    if _wants_to_save(request) and form.is_valid():
        made = create_ticket(user, **_values(form, "target", "call", "due"))
        return _saved(request, made)
    return _form(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change all of a ticket."""
    found = ticket_for(request, pk)
    user = signed_in_user(request)
    form = TicketForm(user, request.POST or None, initial_of(found))
    if _wants_to_save(request) and form.is_valid():
        values = _values(form)
        values["due_at"] = form.cleaned_data["due"]
        values["target"] = form.cleaned_data["target"]
        change_ticket(found, user, **touched(values, request.POST))
        return _saved(request, found)
    return _form(request, form, found)


def was_shown(request: HttpRequest, found: Ticket | Activity | None) -> str:
    """What the fields were when one began to fill the form in; "" for a new one."""
    return request.POST.get("was", shown(found)) if found else ""


def _wants_to_save(request: HttpRequest) -> bool:
    # Without JavaScript a button looks for records, and saves nothing yet.
    return request.method == "POST" and "look" not in request.POST


def initial_of(found: Ticket) -> dict[str, Any]:
    """What the form of a ticket begins with."""
    return {
        "subject": found.subject,
        "description": found.description,
        "priority": found.priority,
        "owner": found.owner,
        "due_at": found.due_at,
        "target": f"{found.target_kind}:{found.target_id}" if found.target else "",
    }


def _values(form: TicketForm, *more: str) -> dict[str, Any]:
    names = ("subject", "description", "priority", "owner", *more)
    return {name: form.cleaned_data[name] for name in names}


def _form(request: HttpRequest, form: TicketForm, found: Ticket | None) -> HttpResponse:
    back = found.get_absolute_url() if found else reverse("tickets:list")
    context = {
        "form": form,
        "ticket": found,
        "was": was_shown(request, found),
        "back": next_page(request, back),
    }
    return render(request, "tickets/form.html", context)


def _saved(request: HttpRequest, found: Ticket) -> HttpResponse:
    text = _("Ticket %(number)s is saved.") % {"number": found.number}
    messages.success(request, text)
    return redirect(next_page(request, still_visible(request, found)))


def still_visible(request: HttpRequest, found: Ticket) -> str:
    """The ticket's page; the list if it now belongs to somebody one does not see."""
    seen = visible_tickets(signed_in_user(request)).filter(pk=found.pk).exists()
    return found.get_absolute_url() if seen else reverse("tickets:list")


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one thing by one click: ``field`` and ``value``.

    With ``was`` only if it is still that: so one undoes a change and no later one.
    """
    found, user = ticket_for(request, pk), signed_in_user(request)
    asked = request.POST if "field" in request.POST else request.GET
    field = asked.get("field", "")
    try:
        value = read(field, asked.get("value", ""))
    except NoChangeError:
        raise Http404 from None
    before = raw(found, field)
    if asked.get("was", before) == before and change_ticket(
        found, user, **{field: value}
    ):
        back = next_page(request, still_visible(request, found))
        query = {"field": field, "value": before, "was": raw(found, field)}
        undo = f"{reverse('tickets:change', args=[pk])}?{urlencode(query)}"
        undo = f"{undo}&{urlencode({'next': back})}"
        toasts.undoable(request, told(found, field), undo)
    else:
        messages.info(request, told(found, field))
    return redirect(next_page(request, still_visible(request, found)))


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a ticket to the recycle bin; it can be undone."""
    found = ticket_for(request, pk)
    discard(found, signed_in_user(request))
    text = _("Ticket %(number)s is in the recycle bin.") % {"number": found.number}
    offer_undo(request, text, found, found.get_absolute_url())
    return redirect(next_page(request, reverse("tickets:list")))


@login_required
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Records that ``?about=`` finds, as choices for a form."""
    user = signed_in_user(request)
    text = request.GET.get("about", "")[:200]
    context = {"found": candidates(user, text), "text": text.strip()}
    return render(request, "tickets/includes/found.html", context)
