"""Saving what people wrote into a form, with a note of who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from crmplus.records.forms import ContactForm, RecordForm
from crmplus.records.history import Values, note_created, note_saved
from crmplus.records.models import Record

if TYPE_CHECKING:
    from crmplus.accounts.models import User


def save_noted(form: RecordForm, by: User, before: Values | None) -> Record:
    """Save a valid form; ``before`` is what its record was, None for a new one."""
    with transaction.atomic():
        record: Record = form.save()
        if isinstance(form, ContactForm) and form.made_organisation:
            note_created(form.made_organisation, by)
        if before is None:
            note_created(record, by)
        else:
            note_saved(record, by, before)
    return record
