"""An endpoint set while somebody edits it: checked as a whole, saved as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbxmanager.endpoint_changes import values_of
from pbxmanager.endpoint_forms import EndpointForm, SetForm, add_errors
from pbxmanager.endpoint_settings import Endpoint, EndpointSet, Kind, as_spec
from pbxmanager.endpoint_spec import DEFAULT_SET, EndpointSpec, Role, SetSpec

if TYPE_CHECKING:
    pass

MAX_ROWS: Final = 40
# What identifies a call comes first: clients cut long addresses at their end.
SAMPLES: Final[Mapping[Role, str]] = {
    Role.CALL_ID: "a1b2c3",
    Role.EXTENSION: "201",
    Role.NUMBER: "+493012345670",
}


@dataclass(frozen=True)
class Row:
    """An endpoint's form, and the address that it makes, "" for none."""

    form: EndpointForm
    example: str


class SetEditor:
    """The forms of a set (``stored``; one without a key is new) and what they say.

    ``draft`` and ``endpoints`` are what was entered, unsaved; they hold together once
    ``is_valid`` said so.
    """

    def __init__(self, stored: EndpointSet, data: Any = None) -> None:
        self.stored = stored
        self.endpoints_before = _endpoints(stored)
        self.before = values_of(stored, self.endpoints_before) if stored.pk else {}
        self.form = SetForm(stored, data)
        count = len(self.endpoints_before) + 1
        if data is not None:
            count = _count(data.get("rows"), count)
        self.forms = [
            EndpointForm(number, self._stored_row(number), data)
            for number in range(count)
        ]
        self.draft = stored
        self.endpoints: list[Endpoint] = self.endpoints_before

    def _stored_row(self, number: int) -> Endpoint | None:
        there = self.endpoints_before
        return there[number] if number < len(there) else None

    def is_valid(self) -> bool:
        """Whether everything is right by itself and together."""
        self.form.is_valid()
        for form in self.forms:
            form.is_valid()
        self.draft = self._draft()
        rows = [form for form in self.forms if not form.is_left_out]
        self.endpoints = [form.endpoint(self.draft) for form in rows]
        for form, endpoint in zip(rows, self.endpoints, strict=True):
            self._check(form, endpoint)
        if not rows and not self.draft.common_slug:
            self.form.add_error(None, _("A set needs at least one endpoint."))
        return self.form.is_valid() and all(form.is_valid() for form in rows)

    def _draft(self) -> EndpointSet:
        cleaned = self.form.cleaned_data
        return EndpointSet(
            pk=self.stored.pk,
            is_default=self.stored.is_default,
            name=cleaned.get("name", ""),
            common_slug=cleaned.get("common_slug", ""),
            event_parameter=cleaned.get("event_parameter", ""),
            reply=cleaned.get("reply", self.stored.reply),
            parameters=self.form.names(),
            recording_hosts=cleaned.get("recording_hosts", []),
        )

    def _check(self, form: EndpointForm, endpoint: Endpoint) -> None:
        try:
            endpoint.clean()
        except ValidationError as error:
            add_errors(form, error)
        slugs = [one.slug for one in self.endpoints]
        if endpoint.slug and slugs.count(endpoint.slug) > 1:
            form.add_error("slug", _("Another endpoint has this last segment."))

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, as plain values."""
        return values_of(self.draft, self.endpoints)

    @property
    def spec(self) -> SetSpec:
        """What was entered, as the event endpoints would read it."""
        return as_spec(self.draft, self.endpoints)

    @property
    def spec_before(self) -> SetSpec:
        """What is stored, as the event endpoints read it."""
        return as_spec(self.stored, self.endpoints_before)

    def rows(self, door: str) -> list[Row]:
        """The endpoints' forms, each with its address behind a path like /door/key/."""
        spec = self.spec
        return [Row(form, _address(door, spec, form)) for form in self.forms]

    def common_example(self, door: str) -> str:
        """The address of all events, "" where the set has none of its own."""
        spec = self.spec
        if not spec.common_slug:
            return ""
        names = {Role(role): name for role, name in spec.names.items()}
        event = next(iter(spec.slugs), Kind.RINGING.value)
        query = f"{spec.event_parameter}={quote(event)}&{_query(names, {})}"
        return f"{door}{spec.common_slug}?{query}"


def new_set() -> EndpointSet:
    """A set to begin with: as the default one is made."""
    return EndpointSet(name="")


def _endpoints(stored: EndpointSet) -> list[Endpoint]:
    if stored.pk:
        return list(stored.endpoints.all())
    return [
        Endpoint(kind=spec.kind.value, slug=spec.slug)
        for spec in DEFAULT_SET.endpoints.values()
    ]


def _count(text: str | None, otherwise: int) -> int:
    if text and text.isdecimal() and len(text) < 10:
        return min(int(text), MAX_ROWS)
    return otherwise


def _address(door: str, spec: SetSpec, form: EndpointForm) -> str:
    slug = form["slug"].value() or ""
    # A row that cannot be read stands under "" there.
    endpoint: EndpointSpec | None = spec.endpoints.get(slug) if slug else None
    if endpoint is None:
        return ""
    query = _query(endpoint.names, endpoint.fixed)
    return f"{door}{slug}?{query}" if query else f"{door}{slug}"


def _query(names: Mapping[Role, str], fixed: Mapping[Role, str]) -> str:
    return "&".join(
        f"{quote(names[role])}={quote(sample)}"
        for role, sample in SAMPLES.items()
        if names.get(role) and role not in fixed
    )
