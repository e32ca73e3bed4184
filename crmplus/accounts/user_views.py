"""The administration of users. There is no delete: calls keep their people."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crmplus import keyset
from crmplus.accounts import services
from crmplus.accounts.models import Role, User
from crmplus.accounts.rights import role_required
from crmplus.accounts.user_changes import PASSWORD, noted
from crmplus.accounts.user_forms import UserForm
from crmplus.two_at_once import begun
from crmplus.web import signed_in_user

LONGEST_SEARCH = 200


@role_required(Role.ADMIN)
def users(request: HttpRequest) -> HttpResponse:
    """All users by user name, page by page; ``q`` searches."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = services.search(User.objects.select_related("team"), text)
    page = keyset.page(found, "username", request.GET)
    return render(request, "accounts/users.html", {"page": page, "q": text})


@never_cache
@role_required(Role.ADMIN)
def new_user(request: HttpRequest) -> HttpResponse:
    """Create a user; the answer shows the one-time password, which is kept nowhere."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _with_new_password(request, form.save(commit=False))
    return render(request, "accounts/new_user.html", {"form": form})


@role_required(Role.ADMIN)
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a user."""
    if request.method != "POST":
        return _edit(request, get_object_or_404(User, pk=pk))
    with transaction.atomic():
        services.lock_administrators()
        rows = User.objects.select_for_update()
        return _edit(request, get_object_or_404(rows, pk=pk))


def _edit(request: HttpRequest, person: User) -> HttpResponse:
    form, was = begun(lambda data: UserForm(data, instance=person), request)
    if form.is_bound and form.is_valid():
        try:
            with noted(signed_in_user(request), person):
                services.save_user(form.save(commit=False))
        except services.LastAdministrator:
            form.add_error("role", _last_administrator())
        else:
            messages.success(request, _("The user is saved."))
            if form.lacks_team:
                messages.warning(request, _no_team(person))
            return redirect("accounts:users")
    stored = User.objects.get(pk=person.pk)
    context = {"form": form, "person": stored, "was": was}
    return render(request, "accounts/user.html", context)


@require_POST
@role_required(Role.ADMIN)
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate (``active=0``) or activate (``active=1``) a user."""
    person = get_object_or_404(User, pk=pk)
    if request.POST.get("active") == "1":
        with noted(signed_in_user(request), person):
            services.activate(person)
        messages.success(request, _("%(user)s can sign in again.") % {"user": person})
        return redirect("accounts:user", pk)
    try:
        with noted(signed_in_user(request), person):
            services.deactivate(person)
    except services.LastAdministrator:
        messages.error(request, _last_administrator())
    else:
        text = _("%(user)s is locked out and signed out everywhere.")
        messages.success(request, text % {"user": person})
    return redirect("accounts:user", pk)


@never_cache
@require_POST
@role_required(Role.ADMIN)
def new_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a user a new one-time password and show it, once."""
    person = get_object_or_404(User, pk=pk)
    return _with_new_password(request, person)


def _with_new_password(request: HttpRequest, person: User) -> HttpResponse:
    with noted(signed_in_user(request), person, PASSWORD):
        password = services.give_one_time_password(person)
    context = {"person": person, "password": password}
    return render(request, "accounts/one_time_password.html", context)


def _no_team(person: User) -> str:
    text = _("%(user)s is in no team, and so sees only what is their own.")
    return text % {"user": person}


def _last_administrator() -> str:
    return _("Nobody else can administer. Make somebody else administrator first.")
