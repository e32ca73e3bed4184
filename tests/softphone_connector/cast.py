"""The cast of these tests: Anna at 201, Ben at 202 and 203, Karin who administers."""

from __future__ import annotations

from dataclasses import dataclass

from crmplus.accounts.models import Role, User
from pbxmanager.endpoint_settings import EndpointSet
from pbxmanager.models import Extension
from softphone_connector import keys
from softphone_connector.models import SoftphoneKey


@dataclass(frozen=True)
class Cast:
    anna: User
    ben: User
    karin: User
    key: str
    bens_key: str
    pbx_key: str


def user(name: str, *extensions: str, role: str = Role.AGENT) -> User:
    made = User.objects.create(username=name, first_name=name.title(), role=role)
    for number in extensions:
        Extension.objects.create(number=number, user=made)
    return made


def cast() -> Cast:
    anna, ben = user("anna", "201"), user("ben", "202", "203")
    return Cast(
        anna=anna,
        ben=ben,
        karin=user("karin", role=Role.ADMIN),
        key=keys.create(user=anna)[1],
        bens_key=keys.create(user=ben)[1],
        pbx_key=keys.create(pbx_name="Asterisk")[1],
    )


def pbx_key(**options: object) -> str:
    return keys.create(pbx_name="PBX", **options)[1]  # type: ignore[arg-type]


def key_with_set(**options: object) -> tuple[str, EndpointSet]:
    """A PBX key with an endpoint set of its own."""
    made = EndpointSet.objects.create(**({"name": "Own"} | options))
    return pbx_key(endpoint_set=made), made


def stored(secret: str) -> SoftphoneKey:
    return SoftphoneKey.objects.get(hash=keys.hashed(secret))
