"""The form of an outcome that people choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pbxmanager.dispositions import Disposition
from pbxmanager.settings_forms import validate_plain

if TYPE_CHECKING:
    DispositionModelForm = forms.ModelForm[Disposition]
else:
    DispositionModelForm = forms.ModelForm

FIELDS: Final = (
    "name",
    "tone",
    "for_inbound",
    "for_outbound",
    "needs_note",
    "wants_call_back",
    "is_active",
)


class DispositionForm(DispositionModelForm):
    """An outcome, as an admin enters it."""

    class Meta:
        model = Disposition
        fields = FIELDS
        labels = {"name": gettext_lazy("Name")}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.key:
            self.fields["name"].help_text = _(
                "Empty: “%(name)s”, in the language of whoever reads it."
            ) % {"name": Disposition(key=self.instance.key).title}
        else:
            self.fields["name"].required = True

    def clean_name(self) -> str:
        """A name that can be read, and that is not there yet."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        validate_plain(name)
        others = Disposition.objects.exclude(pk=self.instance.pk)
        if name and name.casefold() in {one.title.casefold() for one in others}:
            raise ValidationError(_("There is an outcome of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """It is for some calls at least."""
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("for_inbound") or cleaned.get("for_outbound")):
            self.add_error(
                "for_inbound", _("Choose inbound calls, outbound calls, or both.")
            )
        return cleaned
