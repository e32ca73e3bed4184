"""What a client's profile says about a value that did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pbxmanager.endpoint_spec import Role
from softphone_connector.profiles.loading import profile
from softphone_connector.profiles.shape import Profile

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

RIGHT = _(
    "%(client)s profile: %(variable)s is the right name, but the client does not fill "
    "it in at every event."
)
OTHER = _(
    "%(client)s profile: the variable for it is %(variable)s. Copy the address from "
    "the profile again."
)
NONE = _(
    "%(client)s profile: the client has no variable for it. Copy the address from the "
    "profile again."
)


def hint(key: str, role: str, value: str) -> str:
    """What to do about a variable, in the active language; "" where nothing is known.

    ``key`` is the profile's, ``role`` what the value means, ``value`` what came
    instead of it ("" for nothing).
    """
    client = profile(key)
    if client is None or role not in set(Role):
        return ""
    variable = client.variables.get(Role(role), "")
    text = _sentence(client, variable, value.strip())
    return str(text) % {"client": client.name, "variable": variable}


def _sentence(client: Profile, variable: str, value: str) -> _StrPromise:
    if not variable:
        return NONE
    return RIGHT if value == variable else OTHER
