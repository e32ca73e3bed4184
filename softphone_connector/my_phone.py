"""The forms of the page "My phone": a line, and how calls announce themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus.accounts.forms import language_field
from pbxmanager.events import EXTENSION_LENGTH
from pbxmanager.models import Extension
from softphone_connector import availability
from softphone_connector.availability import LOUDEST, Sound, availability_of
from softphone_connector.dial_methods import METHODS, OTHER
from softphone_connector.dial_templates import TEMPLATE_LENGTH
from softphone_connector.endpoints.params import is_extension
from softphone_connector.endpoints.text import clean
from softphone_connector.lines import Device, LineSettings
from softphone_connector.preferences import validate_template
from softphone_connector.profiles import ClientKind, profile, profiles
from softphone_connector.profiles.words import KINDS

if TYPE_CHECKING:
    from crmplus.accounts.models import User
    from softphone_connector.lines import Line
    from softphone_connector.models import SoftphoneKey

LABEL_LENGTH = 64
DEVICES = {
    ClientKind.DESK_PHONE: Device.DESK,
    ClientKind.SOFTPHONE: Device.SOFTPHONE,
}


def clients() -> Iterator[tuple[Any, Any]]:
    """All profiles to choose from, in groups."""
    yield "", _("Another one, or not known")
    for kind, label in KINDS.items():
        found = [(one.key, one.name) for one in profiles().values() if one.kind is kind]
        if found:
            yield label, found


def device_of(client: str, otherwise: str = Device.DESK) -> str:
    """What kind of device a client is; what it was where its profile does not tell."""
    known = profile(client)
    return DEVICES.get(known.kind, otherwise) if known else otherwise


class LineForm(forms.Form):
    """A line's settings. ``revision`` is that of the line it was made from."""

    label = forms.CharField(
        label=gettext_lazy("Label"),
        required=False,
        max_length=LABEL_LENGTH,
        help_text=gettext_lazy("How you call it, such as Desk or Home office."),
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("Phone or client"),
        choices=clients,
        required=False,
        help_text=gettext_lazy("It says which addresses go where in your phone."),
    )
    device = forms.ChoiceField(
        label=gettext_lazy("Device"),
        choices=[("", gettext_lazy("As the phone or client is")), *Device.choices],
        required=False,
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Dial with"), choices=METHODS, required=False
    )
    template = forms.CharField(
        label=gettext_lazy("Dial template"),
        required=False,
        max_length=TEMPLATE_LENGTH,
        help_text=gettext_lazy(
            "For another program: its scheme, and {e164}, {digits} or {national} for "
            "the number, such as zoiper:{e164}."
        ),
    )
    dials = forms.BooleanField(
        label=gettext_lazy("A click on a number dials from this line"),
        required=False,
        help_text=gettext_lazy("One of your lines dials: the first, or this one."),
    )
    pops_up = forms.BooleanField(
        label=gettext_lazy("Show incoming calls of this line"), required=False
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_label(self) -> str:
        """The label without what a list could not show."""
        return clean(self.cleaned_data["label"], LABEL_LENGTH).strip()

    def clean(self) -> dict[str, Any]:
        """The template behind the chosen method, and the device of the client."""
        cleaned = super().clean() or {}
        if not cleaned.get("device"):
            cleaned["device"] = device_of(cleaned.get("profile", ""))
        method = cleaned.get("method", "")
        template = cleaned.get("template", "") if method == OTHER else method
        if method:
            try:
                validate_template(template)
            except forms.ValidationError as error:
                self.add_error("template", error)
        cleaned["template"] = template
        return cleaned

    @property
    def more_is_wrong(self) -> bool:
        """Whether something is to be mended in what a new line need not be asked."""
        return bool({"device", "method", "template"} & set(self.errors))

    @property
    def settings(self) -> LineSettings:
        """What was filled in."""
        names = ("label", "device", "profile", "template", "pops_up", "dials")
        return LineSettings(**{name: self.cleaned_data[name] for name in names})


class NewLineForm(LineForm):
    """A new line of a user's: a free extension, or one that is not known yet."""

    number = forms.CharField(
        label=gettext_lazy("Extension"),
        max_length=EXTENSION_LENGTH,
        help_text=gettext_lazy("Your phone's internal number, such as 201."),
    )
    field_order = ("number",)

    def __init__(self, user: User, data: Any = None, client: str = "") -> None:
        """``client`` is the profile that is chosen to begin with."""
        self.user = user
        initial = {"pops_up": True, "revision": 0, "profile": client}
        super().__init__(data, initial=initial)

    def clean_number(self) -> str:
        """An extension that is the user's or nobody's, and no line of theirs yet."""
        number: str = self.cleaned_data["number"].strip()
        if not is_extension(number):
            raise forms.ValidationError(
                _(
                    "%(number)s is not an extension: up to %(length)s letters, "
                    "digits, *, #, dots or dashes."
                ),
                params={"number": number, "length": EXTENSION_LENGTH},
            )
        taken = Extension.objects.filter(number=number, user__isnull=False).first()
        if taken and taken.user_id == self.user.pk:
            raise forms.ValidationError(
                _("%(number)s is one of these lines already."),
                params={"number": number},
            )
        if taken:
            raise self.taken(number)
        return number

    @staticmethod
    def taken(number: str) -> forms.ValidationError:
        """What is said of somebody else's extension; not whose it is."""
        return forms.ValidationError(
            _(
                "%(numbers)s belongs to a colleague. Ask an administrator to "
                "change that."
            ),
            params={"numbers": number},
        )


def line_form(line: Line, settings: LineSettings, data: Any = None) -> LineForm:
    """The form of a line as it stands."""
    known = settings.template in dict(METHODS)
    initial: Mapping[str, Any] = {
        "label": settings.label,
        "device": settings.device,
        "profile": settings.profile,
        "method": settings.template if known else OTHER,
        "template": "" if known else settings.template,
        "dials": settings.dials,
        "pops_up": settings.pops_up,
        "revision": line.revision,
    }
    return LineForm(data, initial=dict(initial))


class ConnectForm(forms.Form):
    """Which phone a line has, to make a key for it.

    ``after`` is the newest key (ID) that there was when the form was made, 0 for none.
    """

    profile = forms.ChoiceField(
        label=gettext_lazy("Phone or client"), choices=clients, required=False
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
    newest = 0

    @classmethod
    def of(
        cls, line: Line, keys: Sequence[SoftphoneKey], data: Any = None
    ) -> ConnectForm:
        """The form of a line with its keys, newest first."""
        newest = keys[0].pk if keys else 0
        form = cls(data, initial={"profile": line.profile, "after": newest})
        form.newest = newest
        return form

    @property
    def was_sent(self) -> bool:
        """Whether a key was made since: by this very form, or in another tab."""
        after: int | None = self.cleaned_data["after"]
        return after is not None and self.newest > max(after, 0)


class AnnounceForm(forms.Form):
    """How calls announce themselves to a user, and in which language."""

    do_not_disturb = forms.BooleanField(
        label=gettext_lazy("Do not disturb"),
        required=False,
        help_text=gettext_lazy("No cards appear. Calls are logged all the same."),
    )
    sound = forms.ChoiceField(
        label=gettext_lazy("Sound"), choices=Sound.choices, required=False
    )
    volume = forms.IntegerField(
        label=gettext_lazy("Volume"),
        min_value=0,
        max_value=LOUDEST,
        required=False,
        widget=forms.NumberInput(
            attrs={"type": "range", "class": "form-range", "step": 10, "max": LOUDEST}
        ),
    )
    desktop = forms.BooleanField(
        label=gettext_lazy("Notify me on the desktop"),
        required=False,
        help_text=gettext_lazy("While no page of the CRM is in front."),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        self.availability = availability_of(user.pk)
        names = ("do_not_disturb", "sound", "volume", "desktop")
        initial = {name: getattr(self.availability, name) for name in names}
        super().__init__(data, initial={**initial, "language": user.language})
        self.fields["language"] = language_field()

    def clean_volume(self) -> int:
        """The volume; as it was where none was sent."""
        stated: int | None = self.cleaned_data["volume"]
        return self.availability.volume if stated is None else stated

    def save(self) -> None:
        """Store it, and tell the user's open tabs."""
        given = self.cleaned_data
        self.user.language = given.pop("language")
        self.user.save(update_fields=["language"])
        for name, value in given.items():
            setattr(self.availability, name, value)
        availability.save(self.availability)
