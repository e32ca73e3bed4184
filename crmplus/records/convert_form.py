"""The form that makes a contact, and perhaps an organisation, of a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.accounts.visibility import visible_records
from crmplus.formfields import styled
from crmplus.records.converting import contact_of, organisation_of, suggested
from crmplus.records.forms import FieldGroup, RecordForm, form_class
from crmplus.records.keys import fold
from crmplus.records.models import Contact, Lead, Organisation
from crmplus.records.types import LEADS

if TYPE_CHECKING:
    from crmplus.accounts.models import User

NEW, NONE = "new", "none"


class ConvertForm(forms.Form):
    """Which organisation the new contact gets; ``person`` are the contact's fields."""

    where = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Name of the new organisation"),
        max_length=200,
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, lead: Lead, user: User) -> None:
        super().__init__(data, initial={"name": lead.company})
        self.lead, self.user = lead, user
        self.suggested = suggested(lead.company, user)
        field = self.fields["where"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = self._choices()
        self.initial["where"] = self._first_choice()
        self.person = _person_form(data, contact_of(lead), user)
        for name in self.fields:
            styled(self[name])

    def _choices(self) -> list[tuple[str, Any]]:
        found = [(str(one.pk), _told(one)) for one in self.suggested]
        return [
            *found,
            (NEW, _("A new organisation")),
            (NONE, _("No organisation")),
        ]

    def _first_choice(self) -> str:
        """An organisation of exactly that name, else a new one, if there is a name."""
        key = fold(self.lead.company)
        same = [one for one in self.suggested if one.name_key == key]
        if same:
            return str(same[0].pk)
        return NEW if key else NONE

    def clean(self) -> dict[str, Any]:
        """A new organisation needs a name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("where") == NEW and not fold(cleaned.get("name", "")):
            self.add_error("name", _("Give the organisation a name."))
        return cleaned

    def is_valid(self) -> bool:
        """Both the organisation and the person must be right."""
        person = self.person.is_valid()
        return super().is_valid() and person

    def contact(self) -> Contact:
        """The contact as it was filled in, not saved yet."""
        made = self.person.save(commit=False)
        assert isinstance(made, Contact)  # noqa: S101
        return made

    def organisation(self) -> Organisation | None:
        """The organisation that was chosen; a new one is not saved yet."""
        where = self.cleaned_data["where"]
        if where == NEW:
            return organisation_of(self.lead, self.cleaned_data["name"])
        if where == NONE:
            return None
        rows = visible_records(self.user, Organisation.objects.all())
        return rows.filter(pk=int(where)).first()

    def groups(self) -> list[FieldGroup]:
        """The fields of the person, as the page shows them."""
        return self.person.groups()


def _person_form(data: QueryDict | None, contact: Contact, user: User) -> RecordForm:
    # A contact's fields but for its organisation are those of a lead without company.
    base = form_class(LEADS)
    fields = [name for name in base.base_fields if name != "company"]
    made: Any = forms.modelform_factory(Contact, form=RecordForm, fields=fields)
    form: RecordForm = made(data, instance=contact, prefix="person", user=user)
    return form


def _told(organisation: Organisation) -> str:
    """An organisation so that people tell it from others of its name."""
    details = (organisation.name, organisation.city, organisation.phone)
    return ", ".join(detail for detail in details if detail)
