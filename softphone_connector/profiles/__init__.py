"""Profiles of clients: phones, softphones, PBXs and services, each from its file.

The door of this package: what a profile is, all of them, and the addresses that a
client is to call. ``ADDING_A_PBX.md`` says how to add one.
"""

from __future__ import annotations

from softphone_connector.profiles.loading import profile, profiles
from softphone_connector.profiles.rendering import (
    ReadyFile,
    ReadyUrl,
    ready_files,
    ready_urls,
)
from softphone_connector.profiles.shape import ClientKind, How, Profile, Quirk

__all__ = [
    "ClientKind",
    "How",
    "Profile",
    "Quirk",
    "ReadyFile",
    "ReadyUrl",
    "profile",
    "profiles",
    "ready_files",
    "ready_urls",
]
