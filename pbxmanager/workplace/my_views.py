"""One's own presence: status, groups, whom one stands in for, deputies, main number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmplus.accounts.models import Role, User
from crmplus.accounts.rights import role_required
from crmplus.web import next_page, signed_in_user
from pbxmanager.workplace import deputies, presences, rules, shifts, told
from pbxmanager.workplace.forms import DeputyOfMineForm, MainNumberForm
from pbxmanager.workplace.looks import own_look
from pbxmanager.workplace.main_numbers import choose_main
from pbxmanager.workplace.models import Deputy, Membership, Pause, Status

if TYPE_CHECKING:
    from pbxmanager.workplace.models import Workplace

# What one may say oneself; breaks come from the admin.
OFFERED = (
    Status.AVAILABLE,
    Status.NOT_AVAILABLE,
    Status.WRAP_UP,
    Status.SIGNED_OUT,
)
LONGEST_IDLE = 24 * 3600
Act = Callable[[HttpRequest, User], str]


def choices(user: User) -> dict[str, Any]:
    """What the menu "my presence" offers a user; four queries."""
    place = shifts.workplace_of(user.pk)
    shift = rules.effective(place.shift, timezone.now())
    memberships = Membership.objects.filter(user=user, group__deleted_at=None)
    bosses = Deputy.objects.filter(assistant=user).select_related("boss")
    return {
        "status": shift.status.value,
        "chosen": f"pause:{place.pause_id}" if place.pause_id else shift.status.value,
        "look": own_look(shift.status.value),
        "pause": place.pause,
        "since": place.since if place.version else None,
        "offered": [own_look(status) for status in OFFERED],
        "pauses": Pause.objects.all(),
        "memberships": memberships.select_related("group").order_by("group__name"),
        "bosses": bosses.order_by("boss__first_name", "boss__last_name", "pk"),
    }


@require_GET
@never_cache
@role_required(Role.AGENT)
def menu(request: HttpRequest) -> HttpResponse:
    """What the top bar's menu shows once it is opened."""
    context = choices(signed_in_user(request)) | {
        "back": next_page(request, reverse("workplace:my-presence"))
    }
    return render(request, "workplace/menu.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@role_required(Role.AGENT)
def presence_page(request: HttpRequest, user_pk: int | None = None) -> HttpResponse:
    """One's own presence, or for admins the main number and deputies of a user."""
    actor = signed_in_user(request)
    user = _whose(actor, user_pk)
    data = request.POST if request.method == "POST" else None
    here = request.path
    kind = data.get("form", "") if data is not None else ""
    main = MainNumberForm(user, data if kind == "main" else None)
    deputy = DeputyOfMineForm(user, data if kind == "deputy" else None)
    if main.is_bound and main.is_valid():
        choose_main(user, main.cleaned_data["extension"], actor)
        messages.success(request, _("The main number is saved."))
        return redirect(here)
    if deputy.is_bound and deputy.is_valid():
        deputies.name(user, deputy.cleaned_data["assistant"], actor)
        text = _("%(name)s is a deputy now.")
        messages.success(request, text % {"name": deputy.cleaned_data["assistant"]})
        return redirect(here)
    named = Deputy.objects.filter(boss=user).select_related("assistant")
    context = {
        "person": user,
        "is_own": user_pk is None,
        "main": main,
        "deputy": deputy,
        "deputies": named.order_by("assistant__first_name", "pk"),
        "phones": main.phones,
        **choices(user),
    }
    return render(request, "workplace/my_presence.html", context)


def _whose(actor: User, user_pk: int | None) -> User:
    if user_pk is None:
        return actor
    if not actor.is_admin:
        raise PermissionDenied
    return get_object_or_404(User, pk=user_pk)


def acts(act: Act) -> Callable[[HttpRequest], HttpResponseBase]:
    """A view that does something for its user and then goes back, with a word on what
    was done; to a script it answers 204, for that shows by itself what came of it."""

    @require_POST
    @role_required(Role.AGENT)
    @wraps(act)
    def view(request: HttpRequest) -> HttpResponse:
        text = act(request, signed_in_user(request))
        if request.headers.get("Accept", "") == "application/json":
            return HttpResponse(status=204)
        messages.success(request, text)
        return redirect(next_page(request, reverse("workplace:my-presence")))

    return view


@acts
def set_status(request: HttpRequest, user: User) -> str:
    """Set the ``status``: one of ``OFFERED``, or "pause:5" for a break."""
    wanted, _colon, pause_key = request.POST.get("status", "").partition(":")
    place: Workplace
    if wanted == Status.PAUSE:
        pause = get_object_or_404(Pause, pk=_key(pause_key))
        place = shifts.change(user.pk, Status.PAUSE, pause)
        return _("Your status: %(status)s.") % {"status": pause.name}
    if wanted not in OFFERED:
        raise Http404
    place = shifts.change(user.pk, wanted)
    return _("Your status: %(status)s.") % {"status": place.get_status_display()}


@acts
def sign_in_to_group(request: HttpRequest, user: User) -> str:
    """Sign in to a ``group`` (id), or out with ``on`` 0."""
    on = request.POST.get("on") == "1"
    if not shifts.sign_in_to(user.pk, _key(request.POST.get("group", "")), on):
        raise Http404
    if on:
        return _("You are signed in to the group.")
    return _("You are signed out of the group.")


@acts
def stand_in(request: HttpRequest, user: User) -> str:
    """Take calls for a ``boss`` (id), or with ``on`` 0 no more."""
    on = request.POST.get("on") == "1"
    if not shifts.stand_in_for(user.pk, _key(request.POST.get("boss", "")), on):
        raise Http404
    if on:
        return _("Their calls pop up for you now.")
    return _("Their calls pop up for you no more.")


@acts
def dial_for(request: HttpRequest, user: User) -> str:
    """Dial in the name of a ``boss`` (id); empty: in one's own."""
    text = request.POST.get("boss", "")
    if not shifts.dial_for(user.pk, _key(text) if text else None):
        raise Http404
    if text:
        return _("You dial in their name now.")
    return _("You dial in your own name again.")


def _key(text: str) -> int:
    """A primary key from a form. Raises Http404 for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


@require_POST
@role_required(Role.AGENT)
def sign_of_life(request: HttpRequest) -> HttpResponse:
    """A page says that it is open: ``idle`` seconds since it was used, ``watch`` 1 if
    it shows colleagues."""
    user = signed_in_user(request)
    text = request.POST.get("idle", "0")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    is_news = presences.give_sign(
        user.pk,
        timezone.now(),
        idle=timedelta(seconds=min(seconds, LONGEST_IDLE)),
        watches=request.POST.get("watch") == "1",
    )
    if is_news:
        told.teller.people_changed([user.pk])
    return HttpResponse(status=204)


@require_POST
@role_required(Role.AGENT)
def remove_deputy(
    request: HttpRequest, pk: int, user_pk: int | None = None
) -> HttpResponse:
    """Take a deputy (the row's id) from oneself, or as an admin from a user."""
    user = _whose(signed_in_user(request), user_pk)
    deputy = get_object_or_404(
        Deputy.objects.select_related("assistant", "boss"), pk=pk, boss=user
    )
    deputies.remove(request, deputy)
    return redirect(next_page(request, reverse("workplace:my-presence")))


@require_POST
@role_required(Role.AGENT)
def deputy_again(request: HttpRequest) -> HttpResponse:
    """Undo the removal of a deputy (``?deputy=``, signed); see ``deputies.remove``."""
    actor = signed_in_user(request)
    pair = deputies.signed_pair(request.GET.get("deputy", ""))
    if pair is None or not (actor.is_admin or actor.pk == pair[0]):
        raise Http404
    boss = get_object_or_404(User, pk=pair[0])
    deputies.name(boss, get_object_or_404(User, pk=pair[1]), actor)
    messages.success(request, _("The deputy is back."))
    return redirect(next_page(request, reverse("workplace:my-presence")))
