"""The section "My phone" of a user's settings: extensions and dial method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pbxmanager.events import EXTENSION_LENGTH
from pbxmanager.models import Extension
from softphone_connector.dial_templates import DEFAULT_TEMPLATE, TEMPLATE_LENGTH
from softphone_connector.endpoints.params import is_extension
from softphone_connector.preferences import preference_of, validate_template

if TYPE_CHECKING:
    from crmplus.accounts.models import User

OTHER = "other"
METHODS = [
    (DEFAULT_TEMPLATE, gettext_lazy("The system's phone program (tel:)")),
    ("sip:{e164}", gettext_lazy("A SIP softphone (sip:)")),
    ("callto:{e164}", gettext_lazy("A program that listens to callto:")),
    ("zoiper:{e164}", "Zoiper (zoiper:)"),
    (OTHER, gettext_lazy("Another one")),
]


class MyPhoneForm(forms.Form):
    """A user's extensions (free ones can be added) and dial method."""

    extensions = forms.CharField(
        label=gettext_lazy("My extensions"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "The numbers of your own phones, separated by commas, such as 201, 202."
        ),
    )
    method = forms.ChoiceField(label=gettext_lazy("Dial with"), choices=METHODS)
    template = forms.CharField(
        label=gettext_lazy("Dial template"),
        required=False,
        max_length=TEMPLATE_LENGTH,
        help_text=gettext_lazy(
            "For another program: its scheme, and {e164}, {digits} or {national} for "
            "the number, such as zoiper:{e164}."
        ),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        self.preference = preference_of(user)
        template = self.preference.template
        known = template in dict(METHODS)
        own = user.extensions.order_by("number").values_list("number", flat=True)
        initial = {
            "extensions": ", ".join(own),
            "method": template if known else OTHER,
            "template": "" if known else template,
        }
        super().__init__(data, initial=initial, prefix="phone")

    def clean_extensions(self) -> list[str]:
        """The extensions, each of them the user's own or nobody's."""
        text: str = self.cleaned_data["extensions"]
        numbers = [part.strip() for part in text.split(",") if part.strip()]
        for number in numbers:
            if not is_extension(number):
                raise forms.ValidationError(
                    _(
                        "%(number)s is not an extension: up to %(length)s letters, "
                        "digits, *, #, dots or dashes."
                    ),
                    params={"number": number, "length": EXTENSION_LENGTH},
                )
        taken = (
            Extension.objects.filter(number__in=numbers, user__isnull=False)
            .exclude(user=self.user)
            .values_list("number", flat=True)
        )
        if taken:
            raise forms.ValidationError(
                _(
                    "%(numbers)s belongs to a colleague. Ask an administrator to "
                    "change that."
                ),
                params={"numbers": ", ".join(taken)},
            )
        return numbers

    def clean(self) -> dict[str, Any]:
        """The template behind the chosen method."""
        cleaned = super().clean() or {}
        method = cleaned.get("method")
        template = cleaned.get("template", "") if method == OTHER else method
        if template is not None and "method" in cleaned:
            try:
                validate_template(template)
            except forms.ValidationError as error:
                self.add_error("template", error)
            cleaned["template"] = template
        return cleaned

    def save(self) -> None:
        """Store both."""
        numbers = self.cleaned_data["extensions"]
        with transaction.atomic():
            self.user.extensions.exclude(number__in=numbers).update(user=None)
            Extension.objects.bulk_create(
                [Extension(number=number) for number in numbers], ignore_conflicts=True
            )
            # Only what is nobody's: a colleague may have taken it this very moment.
            free = Extension.objects.filter(number__in=numbers, user=None)
            free.update(user=self.user)
            self.preference.template = self.cleaned_data["template"]
            self.preference.save()
