"""How a client's events are to be read, in short. Pure: knows no Django.

It is asked with every event, so it is made once for each profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from pbxmanager.endpoint_spec import Role
from softphone_connector.profiles.loading import profile
from softphone_connector.profiles.shape import Quirk


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is peculiar to the events of a client; nothing, as it stands here.

    ``profile`` is its key. ``variables`` arrive as they are where the client did not
    fill them in. With ``base64`` values may be encoded so; with ``bare_international``
    numbers come without plus and 00, whatever the installation's settings say.
    """

    profile: str = ""
    variables: Mapping[Role, str] = field(default_factory=dict)
    base64: bool = False
    bare_international: bool = False

    def is_variable(self, text: str) -> bool:
        """Whether a text is one of the client's variables, not filled in."""
        return text.strip() in self.variables.values()


PLAIN = Ways()


@cache
def ways_of(key: str) -> Ways:
    """The ways of a profile; ``PLAIN`` for "" and for one that is there no more."""
    found = profile(key)
    if found is None:
        return PLAIN
    return Ways(
        profile=found.key,
        variables=found.variables,
        base64=found.has(Quirk.BASE64),
        bare_international=found.has(Quirk.BARE_INTERNATIONAL),
    )
