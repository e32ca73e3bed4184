"""Forms to create and change records: one for all kinds, built from their fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.forms import BoundField, modelform_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.accounts.visibility import visible_records
from crmplus.records.countries import countries
from crmplus.records.keys import fold
from crmplus.records.models import PHONE_FIELDS, Contact, Organisation, Record
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

    _ModelForm = forms.ModelForm[Record]
    _OrganisationChoice = forms.ModelChoiceField[Organisation]
else:
    _ModelForm, _OrganisationChoice = forms.ModelForm, forms.ModelChoiceField

ADDRESS_FIELDS = ("street", "postcode", "city", "country")
SAME_NAME = 20


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand together, under a heading."""

    title: str
    icon: str
    fields: list[BoundField]


class RecordForm(_ModelForm):
    """The form of every kind of record; ``form_class`` fits it to one.

    It is for ``user``, who may choose what they see and nothing else.
    """

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        self.user = user
        super().__init__(*args, **options)
        if "country" in self.fields:
            self._offer_countries()
        if "owner" in self.fields:
            self._offer_owners()
        for name in self.fields.keys() & set(PHONE_FIELDS):
            self.fields[name].widget.attrs |= {
                "inputmode": "tel",
                "autocomplete": "off",
            }

    def _offer_countries(self) -> None:
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"),
            required=False,
            choices=[("", _("As the installation")), *countries()],
            help_text=_("Numbers without a country code are read as of this country."),
        )

    def _offer_owners(self) -> None:
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101
        owner.empty_label = _("Nobody")
        # A record keeps an owner who has left.
        offered = Q(is_active=True) | Q(pk=self.instance.owner_id)
        owner.queryset = get_user_model().objects.filter(offered)

    def groups(self) -> list[FieldGroup]:
        """The fields as the page shows them."""
        apart = {*PHONE_FIELDS, *ADDRESS_FIELDS, "email", "website", "owner"}
        names = [name for name in self.fields if name not in apart]
        return [
            self._group(_("Name"), "id", names),
            self._group(_("Numbers"), "phone", PHONE_FIELDS),
            self._group(_("E-mail and web"), "mail", ("email", "website")),
            self._group(_("Address"), "map-pin", ADDRESS_FIELDS),
            self._group(_("Responsibility"), "user-check", ("owner",)),
        ]

    def _group(self, title: str, icon: str, names: Any) -> FieldGroup:
        return FieldGroup(title, icon, [self[name] for name in names])


class ToldApart(_OrganisationChoice):
    """A choice of organisations that have the same name."""

    def label_from_instance(self, obj: Any) -> str:
        details = (obj.name, obj.city, obj.phone)
        return ", ".join(detail for detail in details if detail)


class ContactForm(RecordForm):
    """The form of a contact, whose organisation is written as a name.

    A name that nobody has is an error, unless it is to be created; where several have
    it, the form asks which. So it works without JavaScript, and with a million of them.
    """

    organisation_name = forms.CharField(
        label=gettext_lazy("Organisation"), required=False, max_length=200
    )
    which = ToldApart(
        Organisation.objects.none(),
        label=gettext_lazy("Which of them?"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    create_organisation = forms.BooleanField(
        label=gettext_lazy("Create this organisation"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        contact = self._contact
        self.initial.setdefault("organisation_name", contact.organisation_name)
        name = self.fields["organisation_name"]
        name.widget.attrs |= {"autocomplete": "off", "data-suggest": "organisations"}
        self.candidates = self._same_name()
        which = self.fields["which"]
        assert isinstance(which, forms.ModelChoiceField)  # noqa: S101
        which.queryset = self._organisations().filter(
            pk__in=[candidate.pk for candidate in self.candidates]
        )
        self.asks = ""
        self.made_organisation: Organisation | None = None

    @property
    def _contact(self) -> Contact:
        assert isinstance(self.instance, Contact)  # noqa: S101
        return self.instance

    def _same_name(self) -> list[Organisation]:
        key = fold(self.data.get(self.add_prefix("organisation_name"), ""))
        named = self._organisations().filter(name_key=key)
        return list(named[:SAME_NAME]) if key else []

    def _organisations(self) -> QuerySet[Organisation]:
        return visible_records(self.user, Organisation.objects.all())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = cleaned.get("organisation_name", "")
        if not fold(name):
            self._contact.organisation = None
        elif self._contact.organisation_name != name:
            self._find_organisation(name, cleaned)
        return cleaned

    def _find_organisation(self, name: str, cleaned: dict[str, Any]) -> None:
        if len(self.candidates) == 1 or cleaned.get("which"):
            self._contact.organisation = cleaned.get("which") or self.candidates[0]
        elif self.candidates:
            self._ask("which", _("Several organisations have this name."))
        elif cleaned.get("create_organisation"):
            self._contact.organisation = Organisation(
                name=name, owner=cleaned.get("owner")
            )
        else:
            self._ask("create_organisation", _("No organisation has this name."))

    def _ask(self, field: str, why: str) -> None:
        self.asks = field
        self.add_error("organisation_name", why)

    def _post_clean(self) -> None:
        # The model's own validation would want a new organisation to be saved first.
        organisation = self._contact.organisation
        super()._post_clean()  # type: ignore[misc]
        self._contact.organisation = organisation

    def save(self, commit: bool = True) -> Any:
        organisation = self._contact.organisation
        if organisation and organisation._state.adding:
            organisation.save()
            self._contact.organisation = self.made_organisation = organisation
        return super().save(commit)

    def groups(self) -> list[FieldGroup]:
        first, *others = super().groups()
        unasked = {"which", "create_organisation"} - {self.asks}
        shown = [field for field in first.fields if field.name not in unasked]
        return [FieldGroup(first.title, first.icon, shown), *others]


@cache
def form_class(kind: RecordType) -> type[RecordForm]:
    """The form of a kind of records."""
    own = [name for name in kind.name_fields if name != "organisation_name"]
    fields = (*own, *PHONE_FIELDS, "email", "website", *ADDRESS_FIELDS, "owner")
    form = ContactForm if kind.model is Contact else RecordForm
    made = modelform_factory(kind.model, form=form, fields=fields)
    return cast("type[RecordForm]", made)
