"""One field of a record, changed by itself where it stands on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.forms import BoundField, modelform_factory
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from crmplus.accounts.visibility import visible_records
from crmplus.formfields import styled
from crmplus.records.facts import field_key, field_names
from crmplus.records.forms import ContactForm, RecordForm
from crmplus.records.history import (
    changes,
    field_label,
    note_created,
    note_saved,
    shown_value,
    values_of,
)
from crmplus.records.models import Record
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

RECENT = 20
ID = "field-%s"


@dataclass
class Edit:
    """A field in the act of being changed: its form, and what is in the way.

    ``was`` is the value before, ``now`` the one after it was saved (``made``), both as
    forms send them. In a ``conflict`` somebody else (``who``) made ``theirs`` of it
    meanwhile, as people read it.
    """

    record: Record
    name: str
    label: str
    bound: BoundField
    was: str
    now: str = ""
    errors: list[str] = field(default_factory=list)
    conflict: bool = False
    theirs: str = ""
    who: str = ""
    asks_to_create: bool = False
    made: bool = False


def begin(kind: RecordType, record: Record, name: str, by: User) -> Edit:
    """A field as it is, ready to be changed. Raises Http404 for no such field."""
    if name not in field_names(kind):
        raise Http404
    return _edit(record, name, _form(record, name, None, by), raw(record, name))


def save(kind: RecordType, pk: int, name: str, data: QueryDict, by: User) -> Edit:
    """Write one field and note it; where it can't be written, ``made`` is false.

    ``data`` has the field's new value, and in ``was`` the one that was shown: if
    somebody changed it in between, nothing is written, and the edit tells both.
    """
    if name not in field_names(kind):
        raise Http404
    with transaction.atomic():
        rows = visible_records(by, kind.model.objects.all())
        record = rows.select_for_update(of=("self",)).filter(pk=pk).first()
        if record is None:
            raise Http404
        before, now = values_of(record), raw(record, name)
        form = _form(record, name, data, by)
        edit = _edit(record, name, form, now)
        edit.errors = _errors(form)
        edit.asks_to_create = getattr(form, "asks", "") == "create_organisation"
        wanted = raw(form.instance, name)
        if not edit.errors and data.get("was", now) not in {now, wanted}:
            _tell_conflict(edit, before, name)
        elif not edit.errors:
            if wanted != now:
                _write(form, name, by)
                note_saved(record, by, before)
            edit.made, edit.now = True, raw(record, name)
    return edit


def raw(record: Record, name: str) -> str:
    """A field's value as a form sends it."""
    if name == "organisation_name":
        return record.organisation_name
    value = getattr(record, record._meta.get_field(name).attname)  # type: ignore[union-attr]
    return "" if value is None else str(value)


def _form(record: Record, name: str, data: QueryDict | None, by: User) -> RecordForm:
    base = ContactForm if name == "organisation_name" else RecordForm
    fields = _fields(record, name)
    made: Any = modelform_factory(type(record), form=base, fields=fields)
    if data is None:
        return made(instance=record, auto_id=ID, user=by)  # type: ignore[no-any-return]
    sent = {other: raw(record, other) for other in fields} | data.dict()
    return made(sent, instance=record, auto_id=ID, user=by)  # type: ignore[no-any-return]


def _fields(record: Record, name: str) -> tuple[str, ...]:
    """The field, with those that the model's own rules see together."""
    if name == "organisation_name":
        return ()
    together = record.named_by()
    names = {one for one in together if one in ("first_name", "last_name")}
    return tuple(sorted({name, *names})) if name in names else (name,)


def _edit(record: Record, name: str, form: RecordForm, now: str) -> Edit:
    bound = styled(form[name])
    label = field_label(type(record), field_key(name))
    return Edit(record, name, label, bound, now)


def _errors(form: RecordForm) -> list[str]:
    """What is wrong with the field, of whichever of its kin it is said."""
    form.is_valid()
    return [str(error) for errors in form.errors.values() for error in errors]


def _write(form: RecordForm, name: str, by: User) -> None:
    if isinstance(form, ContactForm):
        form.save()
        if form.made_organisation:
            note_created(form.made_organisation, by)
    else:
        form.instance.save(update_fields=[name, "changed_at"])


def _tell_conflict(edit: Edit, before: dict[str, str], name: str) -> None:
    key = field_key(name)
    edit.conflict = True
    edit.theirs = shown_value(key, before[key])
    for change in changes(edit.record)[:RECENT]:
        if key in change.fields:
            edit.who = str(change.author or _("CRM+"))
            break
