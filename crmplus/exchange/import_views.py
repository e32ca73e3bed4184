"""Taking records in from a file: file, columns, preview, run."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crmplus.accounts.models import Role
from crmplus.accounts.rights import role_required
from crmplus.exchange import flow, preview
from crmplus.exchange.fields import taken
from crmplus.exchange.forms import ActionsForm, FileForm, OwnerForm, ReadingForm
from crmplus.exchange.models import Import
from crmplus.exchange.reading import UnreadableError
from crmplus.jobs.files import file_answer
from crmplus.jobs.models import State
from crmplus.records.types import TYPES, RecordType
from crmplus.web import signed_in_user

if TYPE_CHECKING:
    from crmplus.accounts.models import User


@role_required(Role.AGENT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The file: it is read, and its columns come next."""
    sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if sent else FileForm()
    if sent and form.is_valid():
        try:
            one = flow.receive(signed_in_user(request), kind, form.cleaned_data["file"])
            return _read(one)
        except UnreadableError as error:
            form.add_error("file", str(error))
    context = {"kind": kind, "form": form, "step": 1}
    return render(request, "exchange/upload.html", context)


def _read(one: Import, encoding: str = "", delimiter: str = "") -> HttpResponse:
    try:
        job = flow.read_or_start(one, encoding, delimiter)
    except UnreadableError:
        one.delete()
        raise
    return redirect(job or one)


def _import(request: HttpRequest, uid: uuid.UUID) -> Import:
    """An import of the user's own; Http404 for any other."""
    own = Import.objects.filter(user=signed_in_user(request))
    one = own.select_related("user").filter(uid=uid).first()
    if one is None or not one.table.exists():
        raise Http404
    return one


@role_required(Role.AGENT)
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What the columns of the file are."""
    one = _import(request, uid)
    if one.job:
        return redirect("jobs:job", one.job)
    error, chosen = "", one.mapping
    owner_form = OwnerForm(one.user, request.POST or None)
    if request.method == "POST":
        if "reread" in request.POST:
            return _reread(request, one)
        places = range(len(one.columns))
        chosen = [request.POST.get(f"column-{place}", "") for place in places]
        try:
            flow.choose_columns(one, chosen, _owner(owner_form, one.user))
            return _checked(one)
        except flow.WrongColumnsError as wrong:
            error = str(wrong)
    kind = TYPES[one.kind]
    reading = {"encoding": one.encoding, "delimiter": one.delimiter}
    context = {
        "one": one,
        "kind": kind,
        "step": 2,
        "columns": list(
            zip(one.columns, chosen, flow.samples(one), strict=False),
        ),
        "fields": [(field.key, field.head) for field in taken(kind)],
        "owner_form": owner_form,
        "reading_form": ReadingForm(initial=reading) if one.encoding else None,
        "error": error,
    }
    return render(request, "exchange/mapping.html", context)


def _owner(form: OwnerForm, me: User) -> User | None:
    if not form.is_valid():
        return me
    pk = form.cleaned_data["owner"]
    people = get_user_model()._default_manager.filter(is_active=True)
    return people.filter(pk=pk).first() if pk else None


def _checked(one: Import) -> HttpResponse:
    job = flow.start_check(one)
    return redirect(flow.then(job) if job.state == State.DONE else job)


def _reread(request: HttpRequest, one: Import) -> HttpResponse:
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return redirect(one)
    wanted = form.cleaned_data
    try:
        job = flow.read_or_start(one, wanted["encoding"], wanted["delimiter"])
    except UnreadableError as error:
        messages.error(request, str(error))
        return redirect(one)
    return redirect(job or one)


@role_required(Role.AGENT)
@require_http_methods(["GET", "POST"])
def preview_page(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """What the import would do, and what to do with those who are there already."""
    one = _import(request, uid)
    if one.job:
        return redirect("jobs:job", one.job)
    if not one.is_checked:
        return redirect(one)
    if request.method == "POST":
        preview.choose(one, request.POST)
        if "run" in request.POST:
            return redirect(flow.start_import(one))
        place = preview.place_in(request.POST.get("go", ""))
        return redirect(f"{one.get_absolute_url()}{place}")
    initial = {"on_same": one.on_same, "on_similar": one.on_similar}
    context: dict[str, Any] = {
        "one": one,
        "kind": TYPES[one.kind],
        "step": 3,
        "actions_form": ActionsForm(initial=initial),
        **preview.context(one, request.GET),
    }
    return render(request, "exchange/preview.html", context)


@role_required(Role.AGENT)
@require_GET
def faulty(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The rows that can't be imported, with the reasons, to be mended."""
    one = _import(request, uid)
    if not one.faulty.exists():
        raise Http404
    return file_answer(request, one.faulty, _("Faulty rows") + ".csv")
