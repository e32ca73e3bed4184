"""Module manager, workplace: groups, breaks, deputies, main numbers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.recyclebin.services import offer_undo
from crmplus.two_at_once import begun, editing
from crmplus.web import signed_in_user
from pbxmanager.workplace import deputies, managing
from pbxmanager.workplace.forms import DeputyForm, GroupForm, PauseForm, people
from pbxmanager.workplace.main_numbers import phones_of
from pbxmanager.workplace.models import Deputy, Group, GroupNumber, Pause

form_page = require_http_methods(["GET", "HEAD", "POST"])
MOST = 500


@role_required(Role.ADMIN)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """All groups with their numbers and how many people they have."""
    numbers = Prefetch("numbers", GroupNumber.objects.order_by("number"))
    rows = Group.objects.annotate(members=Count("memberships")).prefetch_related(
        numbers
    )
    context = {"rows": rows[:MOST], "tab": "groups"}
    return render(request, "workplace/settings/groups.html", context)


@role_required(Role.ADMIN)
@form_page
def group(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A group, or a new one: its name, numbers, members and rules."""
    with editing(request, Group.objects.all(), pk) as row:
        form, was = begun(lambda data: GroupForm(data, instance=row), request)
        if form.is_bound and form.is_valid():
            managing.save_group(form, signed_in_user(request))
            messages.success(request, _("The group is saved."))
            return redirect("workplace:settings")
    context = {"form": form, "row": row, "was": was, "tab": "groups"}
    return render(request, "workplace/settings/group.html", context)


@role_required(Role.ADMIN)
@require_POST
def delete_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a group to the recycle bin; it can be undone."""
    row = get_object_or_404(Group, pk=pk)
    managing.delete(row, managing.GROUP, signed_in_user(request))
    text = _("The group %(name)s is in the recycle bin.") % {"name": row}
    offer_undo(request, text, row, reverse("workplace:settings"))
    return redirect("workplace:settings")


@role_required(Role.ADMIN)
@require_GET
def pauses(request: HttpRequest) -> HttpResponse:
    """All kinds of breaks."""
    context = {"rows": Pause.objects.all()[:MOST], "tab": "breaks"}
    return render(request, "workplace/settings/breaks.html", context)


@role_required(Role.ADMIN)
@form_page
def pause(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A kind of break, or a new one."""
    with editing(request, Pause.objects.all(), pk) as row:
        form, was = begun(lambda data: PauseForm(data, instance=row), request)
        if form.is_bound and form.is_valid():
            managing.save_pause(form, signed_in_user(request))
            messages.success(request, _("The break is saved."))
            return redirect("workplace:settings-breaks")
    context = {"form": form, "row": row, "was": was, "tab": "breaks"}
    return render(request, "workplace/settings/break.html", context)


@role_required(Role.ADMIN)
@require_POST
def delete_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a kind of break to the recycle bin; it can be undone."""
    row = get_object_or_404(Pause, pk=pk)
    managing.delete(row, managing.PAUSE, signed_in_user(request))
    text = _("The break %(name)s is in the recycle bin.") % {"name": row}
    offer_undo(request, text, row, reverse("workplace:settings-breaks"))
    return redirect("workplace:settings-breaks")


@role_required(Role.ADMIN)
@form_page
def all_deputies(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom; POST names one more."""
    form = DeputyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        boss, assistant = form.cleaned_data["boss"], form.cleaned_data["assistant"]
        deputies.name(boss, assistant, signed_in_user(request))
        text = _("%(assistant)s stands in for %(boss)s now.")
        messages.success(request, text % {"assistant": assistant, "boss": boss})
        return redirect("workplace:settings-deputies")
    rows = Deputy.objects.select_related("boss", "assistant")
    context = {
        "form": form,
        "rows": rows.order_by("boss__first_name", "boss__last_name", "pk")[:MOST],
        "tab": "deputies",
    }
    return render(request, "workplace/settings/deputies.html", context)


@role_required(Role.ADMIN)
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Who has which numbers, and which one colleagues see."""
    found = phones_of()
    rows = [(user, found[user.pk]) for user in people() if user.pk in found]
    context = {"rows": rows, "tab": "numbers"}
    return render(request, "workplace/settings/numbers.html", context)
