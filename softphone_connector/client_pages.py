"""What the pages "Phones and clients" show of the profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmplus.conf import env
from pbxmanager.endpoint_settings import Kind, default_set, spec_of
from pbxmanager.endpoint_spec import SetSpec
from pbxmanager.models import EndpointSet
from softphone_connector.dial_templates import STANDARD_SCHEMES
from softphone_connector.preferences import allowed_schemes
from softphone_connector.profiles import (
    ClientKind,
    How,
    Profile,
    ReadyFile,
    ReadyUrl,
    profiles,
    ready_files,
    ready_urls,
)
from softphone_connector.profiles.shape import Statement
from softphone_connector.profiles.telling import (
    Ability,
    abilities,
    key_steps,
    lacks,
    steps,
)
from softphone_connector.profiles.words import HOWS, KINDS, sentence

# Stands in the addresses until there is a key.
NO_KEY = "sk_…"
PERSONAL = {ClientKind.DESK_PHONE, ClientKind.SOFTPHONE}
ICONS = {
    ClientKind.DESK_PHONE: "device-landline-phone",
    ClientKind.SOFTPHONE: "headset",
    ClientKind.PBX: "server-2",
    ClientKind.SERVICE: "cloud",
}


@dataclass(frozen=True, slots=True)
class AbilityRow:
    """One event in words, and whether it comes for incoming and outgoing calls."""

    label: str
    inbound: Ability
    outbound: Ability


@dataclass(frozen=True, slots=True)
class DialMethod:
    """A dial template; ``allowed`` is False where an admin must allow its scheme."""

    template: str
    scheme: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A profile as the list shows it; ``is_personal`` is one that a person has."""

    profile: Profile
    icon: str
    kind: str
    how: str
    dials: str
    is_personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """A profile as its page shows it, in the active language."""

    line: ClientLine
    urls: Sequence[ReadyUrl]
    files: Sequence[ReadyFile]
    key_steps: Sequence[str]
    steps: Sequence[str]
    abilities: Sequence[AbilityRow]
    lacks: Sequence[str]
    quirks: Sequence[str]
    unconfirmed: Sequence[str]
    dial: Sequence[DialMethod]
    sources: Sequence[tuple[str, bool]]


def lines(text: str = "", kind: str = "") -> list[ClientLine]:
    """The profiles whose name or maker holds a text, of a kind or of all ("")."""
    wanted = text.strip().casefold()
    return [
        _line(profile)
        for profile in profiles().values()
        if kind in {"", profile.kind}
        and wanted in f"{profile.name} {profile.vendor}".casefold()
    ]


def _line(profile: Profile) -> ClientLine:
    return ClientLine(
        profile=profile,
        icon=ICONS[profile.kind],
        kind=str(KINDS[profile.kind]),
        how=str(HOWS[profile.how]),
        dials=", ".join(one.partition(":")[0] for one in profile.dial),
        is_personal=profile.kind in PERSONAL,
    )


def kinds() -> list[tuple[str, str]]:
    """The kinds of clients to choose from."""
    return [(kind.value, str(label)) for kind, label in KINDS.items()]


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All profiles that report calls, by kind, for a form's choice."""
    return [
        (label, found)
        for kind, label in kinds()
        if (
            found := [
                (one.key, one.name)
                for one in profiles().values()
                if one.kind == kind and one.how not in {How.DIAL, How.NONE}
            ]
        )
    ]


def set_spec_of(chosen: EndpointSet | None) -> SetSpec:
    """What a key's endpoint set expects; the default one's for None."""
    found = chosen or default_set()
    return spec_of(found.pk, found.revision)


def client_page(profile: Profile, secret: str, settings: SetSpec) -> ClientPage:
    """All that a profile's page shows, with a key (or ``NO_KEY``) in the addresses."""
    given = (profile, env.base_url, secret, settings)
    return ClientPage(
        line=_line(profile),
        urls=ready_urls(*given),
        files=ready_files(*given),
        key_steps=_sentences(profile, key_steps(profile)),
        steps=_sentences(profile, steps(profile)),
        abilities=_abilities(profile),
        lacks=_sentences(profile, lacks(profile)),
        quirks=_sentences(profile, profile.quirks),
        unconfirmed=_sentences(profile, profile.unconfirmed),
        dial=_dial(profile),
        sources=[(source, source.startswith("http")) for source in profile.sources],
    )


def _sentences(profile: Profile, statements: Sequence[Statement]) -> list[str]:
    return [sentence(profile, statement) for statement in statements]


def _abilities(profile: Profile) -> list[AbilityRow]:
    return [
        AbilityRow(str(Kind(row.event).label), row.inbound, row.outbound)
        for row in abilities(profile)
    ]


def _dial(profile: Profile) -> list[DialMethod]:
    schemes = allowed_schemes() | STANDARD_SCHEMES
    return [
        DialMethod(template, scheme, scheme in schemes)
        for template in profile.dial
        if (scheme := template.partition(":")[0])
    ]
