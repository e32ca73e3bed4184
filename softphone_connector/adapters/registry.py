"""Which adapter a profile uses. A folder of ``softphone_connector/pbx`` that has a
module ``adapter`` is one; it can be added or taken away alone."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from softphone_connector import pbx
from softphone_connector.adapters.reading import Adapter


@cache
def adapters() -> dict[str, Adapter]:
    """All adapters, by the keys of the profiles that use them."""
    found: dict[str, Adapter] = {}
    for kind in iter_modules(pbx.__path__, f"{pbx.__name__}."):
        name = f"{kind.name}.adapter"
        if kind.ispkg and find_spec(name):
            adapter: Adapter = import_module(name).ADAPTER
            found.update(dict.fromkeys(adapter.profiles, adapter))
    return found


def adapter_of(profile: str) -> Adapter | None:
    """The adapter of a profile, None for clients that call our own addresses."""
    return adapters().get(profile) if profile else None
