"""Module manager, PBX Manager: the endpoint sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.web import signed_in_user
from pbxmanager import sources
from pbxmanager.endpoint_changes import (
    SetInUseError,
    choose_default,
    copy_set,
    delete_set,
    save_set,
    subject_of,
)
from pbxmanager.endpoint_editor import SetEditor, new_set
from pbxmanager.endpoint_forms import ROLES
from pbxmanager.endpoint_settings import Endpoint, EndpointSet, as_spec, default_set
from pbxmanager.endpoint_spec import SetSpec
from pbxmanager.endpoint_use import Break, Damage, breaks, recent_uses
from pbxmanager.locks import lock
from pbxmanager.models import Extension
from pbxmanager.settings_state import STATE, conflict_of, state_of
from pbxmanager.settings_views import CHANGED, SETTINGS_LOCK, form_page, is_check

SHOWN_KEY: Final = "sk_…"
ANYWAY: Final = "anyway"
SHOWN: Final = 20


@dataclass(frozen=True)
class Warned:
    """A phone that a change breaks, in words (UTC)."""

    phone: str
    address: str
    at: datetime
    text: str


@role_required(Role.ADMIN)
@require_GET
def endpoint_sets(request: HttpRequest) -> HttpResponse:
    """All endpoint sets, the default one first."""
    default_set()
    found = EndpointSet.objects.prefetch_related("endpoints")
    context = {
        "sets": found.order_by("-is_default", "name"),
        "tab": "endpoints",
        "door": _door(request),
    }
    return render(request, "pbxmanager/settings/endpoints.html", context)


@role_required(Role.ADMIN)
@form_page
def endpoint_set(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show or save a set (a new one without ``pk``).

    409 where somebody else has saved it meanwhile, or where phones still use what the
    change takes away; ``anyway`` names the phones that may break. With the header
    X-Check it is answered as entered, and nothing is saved.
    """
    posted = request.method == "POST"
    saving = posted and not is_check(request)
    with transaction.atomic():
        if saving:
            lock([SETTINGS_LOCK])
        stored = get_object_or_404(EndpointSet, pk=pk) if pk else new_set()
        editor = SetEditor(stored, request.POST if posted else None)
        valid = posted and editor.is_valid()
        objection = _objection(request, editor, valid=valid) if saving else {}
        if saving and valid and not objection:
            actor = signed_in_user(request)
            saved = save_set(actor, editor.before, editor.draft, editor.endpoints)
            messages.success(request, _("The endpoint set is saved."))
            return redirect("pbxmanager:settings-set", saved.pk)
    context = _context(request, editor) | objection
    template = "pbxmanager/settings/endpoint_set.html"
    return render(request, template, context, status=CHANGED if objection else 200)


def _objection(
    request: HttpRequest, editor: SetEditor, *, valid: bool
) -> dict[str, Any]:
    """What speaks against saving: somebody else's change, or phones in use."""
    changed = request.POST.get(STATE) != state_of(editor.before)
    if editor.stored.pk and changed:
        subject = subject_of(editor.stored)
        before, mine = editor.before, editor.values
        return {"conflict": conflict_of(subject, before, mine)}
    if not valid or not editor.stored.pk:
        return {}
    return _warnings(request, editor.stored, editor.spec_before, editor.spec)


def _context(request: HttpRequest, editor: SetEditor) -> dict[str, Any]:
    door = _door(request)
    return {
        "tab": "endpoints",
        "set": editor.stored,
        "form": editor.form,
        "rows": editor.rows(door),
        "common_example": editor.common_example(door),
        "state": state_of(editor.before),
        "has_errors": any(form.errors for form in editor.forms),
    }


def _door(request: HttpRequest) -> str:
    """What stands before the last segment of every address."""
    paths = sources.doors()
    return (
        request.build_absolute_uri(paths[0]).replace("%7Bkey%7D", SHOWN_KEY)
        if paths
        else "…/"
    )


def _warnings(
    request: HttpRequest, changed: EndpointSet, before: SetSpec, after: SetSpec
) -> dict[str, Any]:
    """The phones that a change of settings breaks, unless they were accepted."""
    reporters = sources.using(changed.pk) if before != after else {}
    if changed.is_default and before != after:
        reporters |= sources.using(None)
    uses = recent_uses(reporters.keys(), timezone.now())
    found = breaks(uses, before, after, reporters)
    accepted = state_of({"breaks": sorted(one.key for one in found)})
    if not found or request.POST.get(ANYWAY) == accepted:
        return {}
    return {
        "warned": _in_words(found[:SHOWN]),
        "more": max(len(found) - SHOWN, 0),
        "accepted": accepted,
    }


def _in_words(found: Sequence[Break]) -> list[Warned]:
    owners = _owners(one.use.extension for one in found)
    return [
        Warned(_phone(one, owners), f"…/{one.segment}", one.use.at, _harm(one))
        for one in found
    ]


def _owners(extensions: Iterable[str]) -> dict[str, str]:
    rows = Extension.objects.filter(number__in=set(extensions), user__isnull=False)
    return {row.number: str(row.user) for row in rows.select_related("user")}


def _phone(one: Break, owners: dict[str, str]) -> str:
    extension = one.use.extension
    names = (owners.get(extension, ""), one.reporter.owner, one.reporter.client)
    who = ", ".join(dict.fromkeys(name for name in names if name))
    if not extension:
        return who
    words = {"extension": extension, "who": who}
    return _("Extension %(extension)s (%(who)s)") % words


def _harm(one: Break) -> str:
    if one.damage is Damage.REFUSED:
        return _("It will get an error until its URL is changed.")
    if one.damage is Damage.MISREAD:
        return _("It will report another event until its URL is changed.")
    names = ", ".join(str(ROLES[role]) for role in one.roles)
    return _("Not read until its URL is changed: %(names)s.") % {"names": names}


@role_required(Role.ADMIN)
@require_POST
def endpoint_set_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a set with the settings of another one, and open it."""
    with transaction.atomic():
        lock([SETTINGS_LOCK])
        original = get_object_or_404(EndpointSet, pk=pk)
        copy = copy_set(signed_in_user(request), original)
    messages.success(request, _("This is the copy. Give it a name."))
    return redirect("pbxmanager:settings-set", copy.pk)


@role_required(Role.ADMIN)
@require_POST
def endpoint_set_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a set that is not the default and that no key has; it asks first."""
    found = get_object_or_404(EndpointSet, pk=pk)
    if found.is_default:
        messages.error(request, _("The default set stays. Make another one it first."))
        return redirect("pbxmanager:settings-set", pk)
    if "sure" not in request.POST:
        context = {"set": found, "tab": "endpoints"}
        return render(request, "pbxmanager/settings/delete_set.html", context)
    try:
        delete_set(signed_in_user(request), found)
    except SetInUseError as error:
        text = _("These keys use the set. Give them another one first: %(keys)s.")
        messages.error(request, text % {"keys": ", ".join(error.users[:SHOWN])})
        return redirect("pbxmanager:settings-set", pk)
    messages.success(request, _("The endpoint set is deleted."))
    return redirect(reverse("pbxmanager:settings"))


@role_required(Role.ADMIN)
@require_POST
def endpoint_set_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a set the default; phones that break are named first."""
    with transaction.atomic():
        lock([SETTINGS_LOCK])
        chosen = get_object_or_404(EndpointSet, pk=pk)
        former = default_set()
        objection = _default_warnings(request, former, chosen)
        if not objection:
            choose_default(signed_in_user(request), chosen)
            messages.success(request, _("This set is the default now."))
            return redirect("pbxmanager:settings-set", pk)
    context = {"set": chosen, "tab": "endpoints"} | objection
    template = "pbxmanager/settings/default_set.html"
    return render(request, template, context, status=CHANGED)


def _default_warnings(
    request: HttpRequest, former: EndpointSet, chosen: EndpointSet
) -> dict[str, Any]:
    before, after = (as_spec(one, _endpoints(one)) for one in (former, chosen))
    return _warnings(request, EndpointSet(is_default=True), before, after)


def _endpoints(one: EndpointSet) -> Iterable[Endpoint]:
    return one.endpoints.all()
