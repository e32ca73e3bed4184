"""The administration of teams."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crmplus import keyset, toasts
from crmplus.accounts import team_services
from crmplus.accounts.models import Role, Team
from crmplus.accounts.rights import role_required
from crmplus.accounts.user_forms import TeamForm, TeamPageForm
from crmplus.two_at_once import begun, editing
from crmplus.web import signed_in_user

form_page = require_http_methods(["GET", "HEAD", "POST"])


@role_required(Role.ADMIN)
@form_page
def teams(request: HttpRequest) -> HttpResponse:
    """All teams with the number of their members; POST makes one more, to be filled."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        team = form.save(commit=False)
        team_services.save_team(signed_in_user(request), team)
        messages.success(request, _("“%(name)s” is there.") % {"name": team})
        return redirect("accounts:team", team.pk)
    page = keyset.page(team_services.with_counts(), "name", request.GET)
    return render(request, "accounts/teams.html", {"form": form, "page": page})


@role_required(Role.ADMIN)
@form_page
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """A team: its name, and who is in it."""
    with editing(request, Team.objects.all(), pk) as found:
        row = Team.objects.get(pk=pk)
        form, was = begun(lambda data: TeamPageForm(data, instance=row), request)
        if form.is_bound and form.is_valid():
            members = form.cleaned_data["members"]
            saved = form.save(commit=False)
            team_services.save_team(signed_in_user(request), saved, members)
            messages.success(request, _("The team is saved."))
            return redirect("accounts:teams")
    people = keyset.page(found.members.all(), "username", request.GET)
    context = {"form": form, "team": found, "people": people, "was": was}
    return render(request, "accounts/team.html", context)


@role_required(Role.ADMIN)
@require_POST
def delete_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a team that nobody is in; it can be undone."""
    found = get_object_or_404(Team, pk=pk)
    try:
        kept = team_services.delete_team(signed_in_user(request), found)
    except team_services.TeamInUse:
        messages.error(request, _in_use(found))
        return redirect("accounts:team", pk)
    undo = f"{reverse('accounts:restore-team')}?{urlencode({'team': kept})}"
    text = _("The team “%(name)s” is deleted.") % {"name": found}
    toasts.undoable(request, text, undo)
    return redirect("accounts:teams")


@role_required(Role.ADMIN)
@require_POST
def restore_team(request: HttpRequest) -> HttpResponse:
    """Bring back a team (``?team=``) that was just deleted."""
    kept = request.GET.get("team", "")
    found = team_services.restore_team(signed_in_user(request), kept)
    if found:
        messages.success(request, _("“%(name)s” is back.") % {"name": found})
    else:
        messages.error(request, _("There is a team of this name again."))
    return redirect("accounts:teams")


def _in_use(found: Team) -> str:
    count = found.members.count()
    text = ngettext(
        "%(count)d person is in this team. Give them another one first.",
        "%(count)d people are in this team. Give them another one first.",
        count,
    )
    return text % {"count": count}
