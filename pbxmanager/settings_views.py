"""Module manager, PBX Manager: rules, numbers and the block list."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crmplus import keyset, toasts
from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.administration.audit import Subject, note_change
from crmplus.phonebook import changing
from crmplus.phonebook.models import NumberSettings
from crmplus.web import signed_in_user
from pbxmanager.block_list import block, unblock
from pbxmanager.blocking import BlockedNumber
from pbxmanager.locks import lock
from pbxmanager.rules import RULES, RuleSettings
from pbxmanager.settings_forms import (
    BlockAgainForm,
    BlockForm,
    NumbersForm,
    RulesForm,
    values_of,
)
from pbxmanager.settings_state import AREA, STATE, conflict_of, state_of

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SETTINGS_LOCK = "pbxmanager settings"
CHANGED = 409
form_page = require_http_methods(["GET", "HEAD", "POST"])


def is_check(request: HttpRequest) -> bool:
    """Whether a form is only to be checked, while somebody types in it."""
    return "X-Check" in request.headers


@dataclass(frozen=True)
class Single:
    """A page that edits the one row of some settings.

    ``subject`` names it in the audit log. ``save(actor, before, after)``
    stores it, ``more(before, form)`` gives what else the template shows.
    """

    tab: str
    subject: Subject
    model: Any
    form: Any
    save: Callable[[User, Any, Any], None]
    more: Callable[[Any, Any], dict[str, Any]] = lambda before, form: {}


def _save_rules(actor: User, before: RuleSettings, after: RuleSettings) -> None:
    after.save()
    names = RulesForm.Meta.fields
    note_change(
        actor,
        RULES_PAGE.subject,
        {name: getattr(before, name) for name in names},
        {name: getattr(after, name) for name in names},
    )


def _about_numbers(before: NumberSettings, form: NumbersForm) -> dict[str, Any]:
    entered = form.is_bound and form.is_valid()
    shown = form.instance if entered else before
    tried = form.cleaned_data.get("tried", "") if form.is_bound else ""
    anew = entered and changing.reads_anew(before, shown)
    return {
        "examples": changing.examples(shown.plan(), tried),
        "records": changing.records_concerned() if anew else None,
        "is_read_anew": before.index_due_at is not None,
    }


RULES_PAGE = Single("rules", Subject(AREA, RULES), RuleSettings, RulesForm, _save_rules)
NUMBERS_PAGE = Single(
    "numbers",
    changing.SUBJECT,
    NumberSettings,
    NumbersForm,
    changing.save_settings,
    _about_numbers,
)


@role_required(Role.ADMIN)
@form_page
def rules(request: HttpRequest) -> HttpResponse:
    """Which calls pop up, for how long, and what is kept."""
    return _single(request, RULES_PAGE)


@role_required(Role.ADMIN)
@form_page
def numbers(request: HttpRequest) -> HttpResponse:
    """How numbers are written and dialled here, and what a change would mean."""
    return _single(request, NUMBERS_PAGE)


def _single(request: HttpRequest, page: Single) -> HttpResponse:
    """Show or save a page; 409 where somebody else has saved it meanwhile.

    With the header X-Check it is answered as entered, and nothing is saved.
    """
    posted = request.method == "POST"
    with transaction.atomic():
        if posted and not is_check(request):
            lock([SETTINGS_LOCK])
        row = page.model.load()
        before = copy(row)
        form = page.form(request.POST if posted else None, instance=row)
        stored = {name: getattr(before, name) for name in form._meta.fields}
        valid = posted and form.is_valid()
        context = {"form": form, "tab": page.tab, "state": state_of(stored)}
        status = 200
        if posted and not is_check(request):
            if request.POST.get(STATE) != context["state"]:
                status = CHANGED
                mine = values_of(form)
                context["conflict"] = conflict_of(page.subject, stored, mine)
            elif valid:
                page.save(signed_in_user(request), before, row)
                messages.success(request, _("The settings are saved."))
                return redirect(f"pbxmanager:settings-{page.tab}")
        context |= page.more(before, form)
    template = f"pbxmanager/settings/{page.tab}.html"
    return render(request, template, context, status=status)


@role_required(Role.ADMIN)
@form_page
def block_list(request: HttpRequest) -> HttpResponse:
    """The blocked numbers, the newest first; POST blocks one more."""
    form = BlockForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and not is_check(request):
        row = block(
            form.cleaned_data["number"],
            form.cleaned_data["note"],
            signed_in_user(request),
        )
        messages.success(request, _("%(number)s is blocked.") % {"number": row.number})
        return redirect("pbxmanager:settings-blocked")
    rows = BlockedNumber.objects.select_related("created_by")
    page = keyset.page(rows, "-created_at", request.GET)
    context = {"form": form, "page": page, "tab": "blocked"}
    return render(request, "pbxmanager/settings/blocked.html", context)


@role_required(Role.ADMIN)
@require_POST
def block_list_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a number's calls pop up again; it can be undone."""
    row = get_object_or_404(BlockedNumber, pk=pk)
    unblock(row, signed_in_user(request))
    again = QueryDict(mutable=True)
    again.update({"number": row.party, "note": row.note})
    undo = f"{reverse('pbxmanager:settings-blocked-again')}?{again.urlencode()}"
    text = _("%(number)s is not blocked any more.") % {"number": row.number}
    toasts.undoable(request, text, undo)
    return redirect("pbxmanager:settings-blocked")


@role_required(Role.ADMIN)
@require_POST
def block_list_again(request: HttpRequest) -> HttpResponse:
    """Block a number (``?number=&note=``) that was just taken off the list."""
    form = BlockAgainForm(request.GET)
    if form.is_valid():
        number, note = form.cleaned_data["number"], form.cleaned_data["note"]
        row = block(number, note, signed_in_user(request))
        messages.success(request, _("%(number)s is blocked.") % {"number": row.number})
    return redirect("pbxmanager:settings-blocked")
