"""A form that two people have open at once: each changes just what they touched.

The form says in a hidden field (``was``) what its fields were when it was shown. What
its person left alone stays what it is by now; what both changed is asked about once
more. Of a choice of several each adds and takes away what they did.

    with editing(request, Team.objects.all(), pk) as team:
        form, was = begun(lambda data: TeamForm(data, instance=team), request)
        if form.is_bound and form.is_valid():
            …
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models, transaction
from django.forms import BaseForm, BooleanField, Field
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, QueryDict

WAS = "was"
F = TypeVar("F", bound=BaseForm)
M = TypeVar("M", bound=models.Model)


@contextmanager
def editing(request: HttpRequest, rows: QuerySet[M], pk: int | None) -> Iterator[M]:
    """The row that a form is about, a new one for no ``pk``; Http404 for none.

    Who saves it has it for themselves until the body ends, in one transaction.
    """
    if pk is None:
        yield rows.model()
        return
    if request.method != "POST":
        yield get_object_or_404(rows, pk=pk)
        return
    with transaction.atomic():
        yield get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)


def begun(make: Callable[[QueryDict | None], F], request: HttpRequest) -> tuple[F, str]:
    """The form that ``make`` gives for what was sent (None: nothing), and its ``was``.

    What was sent counts as if the form had been shown just now. A field that both
    changed has an error that says what the other one made of it.
    """
    stored = make(None)
    was = _shown(stored)
    if request.method != "POST":
        return stored, json.dumps(was)
    data, theirs = _rebased(stored, was, request.POST)
    form = make(data)
    form.is_valid()  # before an error more can be told
    for name, text in theirs.items():
        form.add_error(name, text)
    return form, json.dumps(was)


def was_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields were when a form was shown, by what it sent; {} for nothing."""
    try:
        found = json.loads(data.get(WAS, ""))
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shown(form: BaseForm) -> dict[str, list[str]]:
    return {
        name: _texts(form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
    }


def _rebased(
    stored: BaseForm, shown: Mapping[str, list[str]], data: QueryDict
) -> tuple[QueryDict, dict[str, str]]:
    fresh, theirs = data.copy(), {}
    for name, before in was_of(data).items():
        if name not in shown or not isinstance(before, list):
            continue
        field, now = stored.fields[name], shown[name]
        sent = _texts(field.widget.value_from_datadict(data, {}, name))
        if _is_several(field):
            mine = [one for one in sent if one not in before]
            kept = [one for one in now if one in sent or one not in before]
            fresh.setlist(name, list(dict.fromkeys([*kept, *mine])))
        elif sent == before:
            fresh.setlist(name, now or [""])
        elif now not in (before, sent):
            theirs[name] = _told(field, now)
    return fresh, theirs


def _told(field: Field, now: list[str]) -> str:
    if isinstance(field, BooleanField):
        words = _("yes") if now else _("no")
    else:
        labels = {str(one): str(label) for one, label in getattr(field, "choices", ())}
        (value,) = now or [""]
        words = labels.get(value, value) or "–"
    return f"{_('Somebody changed this meanwhile. It is now:')} {words}"


def _is_several(field: Field) -> bool:
    return bool(getattr(field.widget, "allow_multiple_selected", False))


def _texts(value: Any) -> list[str]:
    """A value as a form sends it: nothing, one text, or several."""
    if value is None or value is False or value == "":
        return []
    if value is True:
        return ["on"]
    if isinstance(value, models.Model):
        return [str(value.pk)]
    if isinstance(value, (list, tuple, models.QuerySet)):
        return [text for one in value for text in _texts(one)]
    return [str(value).replace("\r\n", "\n").strip()]
