"""Forms about users."""

from __future__ import annotations

import re
import zoneinfo
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext_lazy as _

from crmplus.accounts import throttle
from crmplus.accounts.models import User

# Leaves out the old aliases such as "US/Eastern" and "GB", and the bare offsets.
PLACE = re.compile(
    "(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/"
)
if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm


class SignInForm(auth_forms.AuthenticationForm):
    """User name and password; after too many failures it asks to wait.

    ``wait`` then holds the seconds.
    """

    error_messages = {  # noqa: RUF012  (Django's own form declares it so)
        "invalid_login": _(
            "This user name and password do not belong together. Capital letters count."
        ),
        "inactive": _("This account is locked. Please ask your administrator."),
    }
    wait = 0

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")
        address = throttle.client_address(self.request) if self.request else ""
        self.wait = throttle.wait(name, address)
        if self.wait:
            raise forms.ValidationError(_wait_words(self.wait), code="wait")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            throttle.failed(name, address)
            raise
        throttle.succeeded(name, address)
        return cleaned


class ChangePasswordForm(auth_forms.PasswordChangeForm):
    """Another password than the one that it takes the place of."""

    def clean_new_password1(self) -> str:
        """What has to be changed is not kept by choosing it again."""
        new: str = self.cleaned_data["new_password1"]
        if self.user.check_password(new):
            raise forms.ValidationError(_("This is the password that you have now."))
        return new


def _wait_words(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    return ngettext(
        "Too many failed attempts. Please try again in %(count)d minute.",
        "Too many failed attempts. Please try again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


class MySettingsForm(UserModelForm):
    """What a user may say of themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language", "time_zone", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = language_field()
        self.fields["time_zone"] = zone_field()
        self.fields["email"].label = _("E-mail")
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"


def language_field() -> forms.ChoiceField:
    """The product's languages in their own names, or as the browser says."""
    names = [
        (code, get_language_info(code)["name_local"]) for code, _ in settings.LANGUAGES
    ]
    return forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the browser says")), *names],
        required=False,
    )


def zone_field() -> forms.ChoiceField:
    """All zones that are named after places, or the installation's."""
    own = _("As the installation (%(zone)s)") % {"zone": settings.TIME_ZONE}
    return forms.ChoiceField(
        label=_("Time zone"), choices=[("", own), *_zones()], required=False
    )


@lru_cache(maxsize=1)
def _zones() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if PLACE.match(name)
    ]
