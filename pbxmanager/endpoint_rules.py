"""What an admin may enter for an event endpoint: validators of the settings' fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pbxmanager.endpoint_spec import NAME_LENGTH, Role, is_parameter_name, is_slug

FIXED_LENGTH = 128
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)


def validate_slug(value: str) -> None:
    """Refuse what can't be the last segment of an endpoint's address."""
    if not is_slug(value):
        raise ValidationError(
            _(
                "Use lower-case letters, digits and . _ ~ - only, a letter or digit "
                "first and last, and do not begin with sk_."
            ),
            code="slug",
        )


def validate_parameter_name(value: object) -> None:
    """Refuse what can't be the name of a parameter."""
    if not isinstance(value, str) or not is_parameter_name(value):
        raise ValidationError(
            _(
                "A parameter name has 1 to %(length)s characters and no space and "
                "none of & = ; ? # %%."
            ),
            code="parameter_name",
            params={"length": NAME_LENGTH},
        )


def _check_roles(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict) or not value.keys() <= set(Role):
        raise ValidationError(
            _("Use these only: %(roles)s."),
            code="roles",
            params={"roles": ", ".join(Role)},
        )
    return value


def validate_parameters(value: object) -> None:
    """Refuse parameter names that are none, or that two roles share.

    An empty name says that the role is not read.
    """
    names = [name for name in _check_roles(value).values() if name != ""]
    for name in names:
        validate_parameter_name(name)
    if len(set(names)) < len(names):
        raise ValidationError(
            _("Two parameters have the same name."), code="parameters_shared"
        )


def validate_fixed(value: object) -> None:
    """Refuse fixed values that are no short text."""
    for text in _check_roles(value).values():
        if not isinstance(text, str) or len(text) > FIXED_LENGTH:
            raise ValidationError(
                _("A fixed value is a text of at most %(length)s characters."),
                code="fixed",
                params={"length": FIXED_LENGTH},
            )


def validate_hosts(value: object) -> None:
    """Refuse anything but a list of host names in lower case."""
    if not isinstance(value, list) or not all(
        isinstance(host, str) and HOST.fullmatch(host) for host in value
    ):
        raise ValidationError(
            _("Write host names in lower case, such as recordings.example.com."),
            code="hosts",
        )
