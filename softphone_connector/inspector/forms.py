"""The form of "What would this become?"."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote_plus

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.logs import mask
from pbxmanager.endpoint_spec import KEY_BEGINS
from pbxmanager.models import EndpointSet
from softphone_connector import client_pages, keys
from softphone_connector.inspector.filters import key_choices
from softphone_connector.inspector.trying import (
    JSON,
    Became,
    Trial,
    trial_in,
    try_as_client,
    try_with_key,
    unknown_key,
)
from softphone_connector.models import SoftphoneKey

# Twice what a request's address may have.
LONGEST: Final = 16 * 1024
METHODS: Final = (("GET", "GET"), ("POST", gettext_lazy("POST, as a form")))


class TrialForm(forms.Form):
    """A pasted request, and who is thought to send it.

    A key in the request counts before all that is chosen. It is never shown again:
    the form then names the key by whose it is.
    """

    request = forms.CharField(
        label=gettext_lazy("Address, query or line of an access log"),
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=gettext_lazy(
            "A key in it counts. It is neither stored nor shown again."
        ),
    )
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=METHODS)
    key = forms.ChoiceField(
        label=gettext_lazy("With the key of"),
        required=False,
        help_text=gettext_lazy("Where the address has no key in it."),
    )
    profile = forms.ChoiceField(label=gettext_lazy("Client"), required=False)
    endpoint_set = forms.ModelChoiceField(
        EndpointSet.objects.order_by("name"),
        label=gettext_lazy("Endpoint set"),
        required=False,
        empty_label=gettext_lazy("The default set"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = ("", _("No key: a client as chosen below"))
        self._choices("key").choices = [none, *key_choices()]
        other = ("", _("Another client, or not known"))
        self._choices("profile").choices = [other, *client_pages.choices()]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for mypy)
        return field

    def clean_request(self) -> tuple[Trial, str]:
        text: str = self.cleaned_data["request"]
        method = str(self.data.get("method", ""))
        try:
            return trial_in(text, method)
        except ValueError as error:
            raise forms.ValidationError(
                _("This can't be read as an address. Paste it as the phone calls it.")
            ) from error

    def attempt(self) -> Became:
        """Try the request of a valid form."""
        trial, secret = self.cleaned_data["request"]
        if secret:
            key = _key(hash=keys.hashed(secret))
            return try_with_key(trial, key) if key else unknown_key(trial)
        if source := self.cleaned_data["key"]:
            key = _key(pk=int(source.partition(":")[2]))
            return try_with_key(trial, key) if key else unknown_key(trial)
        given = self.cleaned_data
        return try_as_client(trial, given["profile"], given["endpoint_set"])

    def again(self) -> TrialForm:
        """The form to fill in once more, without the text of any key."""
        if not self.is_valid():
            self.data = {name: self.data.get(name) for name in self.data} | {
                "request": ""
            }
            return self
        trial, secret = self.cleaned_data["request"]
        key = _key(hash=keys.hashed(secret)) if secret else None
        initial = self.cleaned_data | {"request": _shown(trial)}
        if secret:
            initial["key"] = key.source if key and not key.revoked_at else ""
        return TrialForm(initial=initial)


def _key(**which: Any) -> SoftphoneKey | None:
    return SoftphoneKey.objects.filter(**which).select_related("user").first()


def _shown(trial: Trial) -> str:
    """A request to be edited, without any key."""
    text = trial.sent.decode("utf-8", "replace")
    if KEY_BEGINS in unquote_plus(text):
        text = mask(unquote_plus(text))
    if trial.body_type == JSON or not trial.path:
        return text
    return f"{trial.path}?{text}" if text else trial.path
