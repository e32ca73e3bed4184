"""The form of an endpoint set: the set's own part, and a row for each endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pbxmanager.endpoint_rules import (
    FIXED_LENGTH,
    validate_hosts,
    validate_parameter_name,
    validate_parameters,
    validate_slug,
)
from pbxmanager.endpoint_settings import (
    SET_NAME_LENGTH,
    Endpoint,
    EndpointSet,
    Kind,
    Method,
    Reply,
)
from pbxmanager.endpoint_spec import NAME_LENGTH, SLUG_LENGTH, Role
from pbxmanager.settings_forms import validate_plain

if TYPE_CHECKING:
    from crmplus.hooks import Text

HOSTS_LENGTH: Final = 5_000
NOT_READ: Final = "-"
ROLES: Final[Mapping[Role, Text]] = {
    Role.EXTENSION: _("Extension"),
    Role.NUMBER: _("Number"),
    Role.CALL_ID: _("Call ID"),
    Role.DIRECTION: _("Direction"),
    Role.NAME: _("Name"),
    Role.CAUSE: _("Cause"),
    Role.AT: _("Time"),
    Role.DURATION: _("Duration"),
    Role.RECORDING_URL: _("Recording"),
}


def validate_name(value: str) -> None:
    """A parameter's name, or the sign that there is none."""
    if value != NOT_READ:
        validate_parameter_name(value)


def _text(label: Text, length: int, *validators: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=False, validators=validators
    )


class SetForm(forms.Form):
    """What all endpoints of a set share."""

    name = forms.CharField(
        label=_("Name"), max_length=SET_NAME_LENGTH, validators=[validate_plain]
    )
    common_slug = forms.CharField(
        label=_("Common last segment"),
        max_length=SLUG_LENGTH,
        required=False,
        validators=[validate_slug],
        help_text=_("One address for all events; a parameter names the event."),
    )
    event_parameter = forms.CharField(
        label=_("Event parameter"),
        max_length=NAME_LENGTH,
        validators=[validate_parameter_name],
        help_text=_("It names the event there: ringing, connected, ended, missed."),
    )
    reply = forms.ChoiceField(
        label=_("Answer"),
        choices=Reply.choices,
        help_text=_("Some phones take only 200 for a success."),
    )
    recording_hosts = forms.CharField(
        label=_("Hosts of recordings"),
        max_length=HOSTS_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "One per line. A recording's address is kept if it is https on one of "
            "these."
        ),
    )

    def __init__(self, stored: EndpointSet, data: Any = None) -> None:
        initial = {
            "name": stored.name,
            "common_slug": stored.common_slug,
            "event_parameter": stored.event_parameter,
            "reply": stored.reply,
            "recording_hosts": "\n".join(stored.recording_hosts),
        }
        self.stored = stored
        super().__init__(data, initial=initial)
        for role, label in ROLES.items():
            bound = _text(label, NAME_LENGTH, validate_parameter_name)
            bound.initial = stored.parameters.get(role, "")
            self.fields[f"parameter_{role}"] = bound

    @property
    def parameters(self) -> list[forms.BoundField]:
        """The fields of the parameter names."""
        return [self[f"parameter_{role}"] for role in ROLES]

    def clean_name(self) -> str:
        """A name that no other set has."""
        name: str = self.cleaned_data["name"]
        others = EndpointSet.objects.exclude(pk=self.stored.pk)
        if others.filter(name=name).exists():
            raise ValidationError(_("Another set has this name."))
        return name

    def clean_recording_hosts(self) -> list[str]:
        hosts = self.cleaned_data["recording_hosts"].split()
        validate_hosts(hosts)
        return list(dict.fromkeys(hosts))

    def clean(self) -> dict[str, Any]:
        """Two parameters with one name would be told apart by nobody."""
        cleaned = super().clean() or {}
        names = self.names()
        try:
            validate_parameters(names)
        except ValidationError as error:
            self.add_error(None, error)
        if cleaned.get("event_parameter") in names.values():
            self.add_error("event_parameter", _("A parameter below has the same name."))
        return cleaned

    def names(self) -> dict[str, str]:
        """The parameter names by role, "" where one is not read."""
        return {
            role.value: self.cleaned_data.get(f"parameter_{role}", "") for role in ROLES
        }


class EndpointForm(forms.Form):
    """One endpoint; a row without a last segment is none."""

    kind = forms.ChoiceField(label=_("Event"), choices=Kind.choices)
    slug = _text(_("Last segment"), SLUG_LENGTH, validate_slug)
    method = forms.ChoiceField(
        label=_("Method"), choices=Method.choices, required=False
    )
    enabled = forms.BooleanField(label=_("On"), required=False)
    remove = forms.BooleanField(label=_("Remove"), required=False)

    def __init__(self, number: int, stored: Endpoint | None, data: Any = None) -> None:
        self.is_new = stored is None
        shown = stored or Endpoint(kind=Kind.OTHER)
        initial = {
            "kind": shown.kind,
            "slug": shown.slug,
            "method": shown.method,
            "enabled": shown.enabled,
        }
        super().__init__(data, initial=initial, prefix=f"e{number}")
        for role, label in ROLES.items():
            name = _text(label, NAME_LENGTH, validate_name)
            if role in shown.parameters:
                name.initial = shown.parameters[role] or NOT_READ
            fixed = _text(label, FIXED_LENGTH, validate_plain)
            fixed.initial = shown.fixed.get(role, "")
            self.fields[f"name_{role}"] = name
            self.fields[f"fixed_{role}"] = fixed

    @property
    def title(self) -> str:
        """The event that is chosen, in words."""
        return str(dict(Kind.choices).get(self["kind"].value(), ""))

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each role the field of its name and that of its fixed value."""
        return [(self[f"name_{role}"], self[f"fixed_{role}"]) for role in ROLES]

    @property
    def differs(self) -> bool:
        """Whether a name or a value here is not the set's."""
        return any(one.value() or other.value() for one, other in self.pairs)

    @property
    def is_left_out(self) -> bool:
        """Whether the row stands for no endpoint."""
        blank = not self.cleaned_data.get("slug") and "slug" not in self.errors
        return bool(self.cleaned_data.get("remove")) or blank

    def clean(self) -> dict[str, Any]:
        """An endpoint that is there needs its segment, or is to be removed."""
        cleaned = super().clean() or {}
        gone = cleaned.get("remove")
        if not self.is_new and not gone and cleaned.get("slug") == "":
            self.add_error("slug", _("Enter a last segment, or tick “Remove”."))
        return cleaned

    def endpoint(self, endpoint_set: EndpointSet) -> Endpoint:
        """The endpoint as entered, not saved."""
        cleaned = self.cleaned_data
        names = {role.value: cleaned.get(f"name_{role}", "") for role in ROLES}
        fixed = {role.value: cleaned.get(f"fixed_{role}", "") for role in ROLES}
        return Endpoint(
            endpoint_set=endpoint_set,
            kind=cleaned.get("kind", Kind.OTHER),
            slug=cleaned.get("slug", ""),
            method=cleaned.get("method", ""),
            enabled=cleaned.get("enabled", False),
            parameters={
                role: "" if name == NOT_READ else name
                for role, name in names.items()
                if name
            },
            fixed={role: text for role, text in fixed.items() if text},
        )


def add_errors(form: EndpointForm, error: ValidationError) -> None:
    """Put a model's errors beside the fields of a row."""
    for name, texts in _by_field(error):
        form.add_error(name if name in form.fields else None, texts)


def _by_field(error: ValidationError) -> Iterable[tuple[str, list[ValidationError]]]:
    return error.error_dict.items() if hasattr(error, "error_dict") else ()
