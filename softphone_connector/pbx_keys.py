"""The form for the key of a PBX or of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pbxmanager.models import EndpointSet
from softphone_connector import key_rules
from softphone_connector.client_pages import choices
from softphone_connector.endpoints.text import clean
from softphone_connector.models import PBX_NAME_LENGTH, SoftphoneKey

if TYPE_CHECKING:
    from crmplus.accounts.models import User

SECRET_LENGTH = 2000  # an RSA key has about 800


class PbxKeyForm(forms.Form):
    """A new key of a PBX or of a service."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=PBX_NAME_LENGTH,
        help_text=gettext_lazy("As it stands in the list of keys, such as Asterisk."),
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("Client"),
        required=False,
        help_text=gettext_lazy("Which kind it is: it decides how its events are read."),
    )
    endpoint_set = forms.ModelChoiceField(
        EndpointSet.objects.order_by("name"),
        label=gettext_lazy("Endpoint set"),
        required=False,
        empty_label=gettext_lazy("The default one"),
    )
    signing_secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        required=False,
        max_length=SECRET_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Only for services that sign what they send; they show it in their "
            "settings. It is kept encrypted and never shown again."
        ),
    )

    def __init__(self, data: object = None, *, chosen: str = "") -> None:
        super().__init__(data, initial={"profile": chosen})  # type: ignore[arg-type]
        field = cast("forms.ChoiceField", self.fields["profile"])
        field.choices = [("", _("Another client, or not known")), *choices()]

    def clean_name(self) -> str:
        """The name without what a list could not show."""
        name = clean(self.cleaned_data["name"], PBX_NAME_LENGTH).strip()
        if not name:
            raise forms.ValidationError(_("A PBX needs a name."))
        return name

    def make(self, actor: User) -> tuple[SoftphoneKey, str]:
        """Make the key of a valid form. Gives it with its text, this once."""
        found = self.cleaned_data
        return key_rules.make(
            actor,
            pbx_name=found["name"],
            endpoint_set=found["endpoint_set"],
            profile=found["profile"],
            signing_secret=found["signing_secret"],
        )
