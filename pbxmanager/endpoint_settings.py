"""Which event endpoints exist and what each expects: an admin's settings.

``spec_of`` gives them as plain data, read once per revision and process. Every change
makes a new ``revision``, so what is read is never old: whoever looks a key up reads
the revision with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from pbxmanager.endpoint_rules import (
    validate_fixed,
    validate_hosts,
    validate_parameter_name,
    validate_parameters,
    validate_slug,
)
from pbxmanager.endpoint_spec import (
    DEFAULT_EVENT_PARAMETER,
    DEFAULT_NAMES,
    DEFAULT_SET,
    NAME_LENGTH,
    SLUG_LENGTH,
    EndpointSpec,
    Role,
    SetSpec,
)
from pbxmanager.events import EventKind

REVISION_BYTES = 8
SET_NAME_LENGTH = 64
NUMBER_ROOM = 5


class Kind(models.TextChoices):
    """The events an endpoint can stand for."""

    RINGING = EventKind.RINGING.value, _("Ringing")
    CONNECTED = EventKind.CONNECTED.value, _("Connected")
    ENDED = EventKind.ENDED.value, _("Ended")
    MISSED = EventKind.MISSED.value, _("Missed")
    OTHER = EventKind.OTHER.value, _("Other (kept, changes nothing)")


class Method(models.TextChoices):
    ANY = "", _("GET or POST")
    GET = "GET", "GET"
    POST = "POST", "POST"


class Reply(models.TextChoices):
    NO_CONTENT = "204", _("204 No Content")
    OK = "200", _("200 OK, empty")


def new_revision() -> str:
    return secrets.token_hex(REVISION_BYTES)


def default_parameters() -> dict[str, str]:
    return {role.value: name for role, name in DEFAULT_NAMES.items()}


class EndpointSet(models.Model):
    """The endpoints and parameter names of one kind of phone; one set is the default.

    ``parameters`` maps a role to its parameter's name. ``revision`` changes with
    every change of the set or of one of its endpoints.
    """

    name = models.CharField(_("name"), max_length=SET_NAME_LENGTH, unique=True)
    is_default = models.BooleanField(_("default"), default=False)
    common_slug = models.CharField(
        _("common last segment"),
        max_length=SLUG_LENGTH,
        blank=True,
        validators=[validate_slug],
        help_text=_("One address for all events; a parameter names the event."),
    )
    event_parameter = models.CharField(
        _("event parameter"),
        max_length=NAME_LENGTH,
        default=DEFAULT_EVENT_PARAMETER,
        validators=[validate_parameter_name],
    )
    parameters = models.JSONField(
        _("parameter names"),
        default=default_parameters,
        validators=[validate_parameters],
    )
    recording_hosts = models.JSONField(
        _("hosts of recordings"),
        default=list,
        blank=True,
        validators=[validate_hosts],
        help_text=_("A recording's address is kept if it is https on one of these."),
    )
    reply = models.CharField(
        _("answer"), max_length=3, choices=Reply, default=Reply.NO_CONTENT
    )
    revision = models.CharField(max_length=16, default=new_revision, editable=False)

    class Meta:
        verbose_name = _("endpoint set")
        verbose_name_plural = _("endpoint sets")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_endpoint_set",
                violation_error_message=_("Another set is the default."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(
        self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any
    ) -> None:
        self.revision = new_revision()
        if update_fields is not None:
            update_fields = {*update_fields, "revision"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        """Refuse a name that two meanings would share."""
        names = self.parameters.values() if isinstance(self.parameters, dict) else ()
        if self.event_parameter in names:
            raise ValidationError(
                {"event_parameter": _("Two parameters have the same name.")}
            )
        if (
            self.pk
            and self.common_slug
            and self.endpoints.filter(slug=self.common_slug).exists()
        ):
            raise ValidationError(
                {"common_slug": _("An endpoint of this set has that last segment.")}
            )

    def touch(self) -> None:
        """Make a new revision: something that belongs to the set has changed."""
        self.save(update_fields=["revision"])


class Endpoint(models.Model):
    """One address of a set: its last segment says which event happened.

    ``parameters`` names the roles whose parameters differ from the set's here, and
    ``fixed`` gives values that count whatever is sent (role to text). After a bulk
    change call ``endpoint_set.touch()``.
    """

    endpoint_set = models.ForeignKey(
        EndpointSet, on_delete=models.CASCADE, related_name="endpoints"
    )
    kind = models.CharField(_("event"), max_length=16, choices=Kind)
    slug = models.CharField(
        _("last segment"), max_length=SLUG_LENGTH, validators=[validate_slug]
    )
    method = models.CharField(
        _("method"), max_length=4, choices=Method, default=Method.ANY, blank=True
    )
    enabled = models.BooleanField(_("on"), default=True)
    parameters = models.JSONField(
        _("other parameter names"),
        default=dict,
        blank=True,
        validators=[validate_parameters],
    )
    fixed = models.JSONField(
        _("fixed values"), default=dict, blank=True, validators=[validate_fixed]
    )

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["endpoint_set", "slug"],
                name="one_endpoint_per_slug",
                violation_error_message=_(
                    "An endpoint of this set has that last segment."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.endpoint_set.touch()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        self.endpoint_set.touch()
        return deleted

    def clean(self) -> None:
        """Refuse the set's common address, and a name that two meanings would share."""
        if self.slug and self.slug == self.endpoint_set.common_slug:
            raise ValidationError(
                {"slug": _("That is the common address of all events.")}
            )
        if isinstance(self.parameters, dict):
            merged = _names(self.endpoint_set.parameters, self.parameters)
            names = [*merged.values(), self.endpoint_set.event_parameter]
            if len(set(names)) < len(names):
                raise ValidationError(
                    {"parameters": _("Two parameters have the same name.")}
                )


def default_set() -> EndpointSet:
    """The default set; made with its four endpoints where there is none yet."""
    with transaction.atomic():
        made, is_new = EndpointSet.objects.get_or_create(
            is_default=True, defaults={"name": lambda: free_name(DEFAULT_SET.name)}
        )
        if is_new:
            Endpoint.objects.bulk_create(
                Endpoint(endpoint_set=made, kind=spec.kind, slug=spec.slug)
                for spec in DEFAULT_SET.endpoints.values()
            )
    return made


def free_name(name: str) -> str:
    """A name that no set has: this one, or it with a number behind it."""
    taken = set(EndpointSet.objects.values_list("name", flat=True))
    wanted = name[: SET_NAME_LENGTH - NUMBER_ROOM]
    tries = (f"{wanted} {number}" for number in range(2, len(taken) + 3))
    return next(text for text in (wanted, *tries) if text not in taken)


def make_default(chosen: EndpointSet) -> None:
    """Make a set the default; the former one stays as a set like any other."""
    with transaction.atomic():
        for former in EndpointSet.objects.filter(is_default=True).exclude(pk=chosen.pk):
            former.is_default = False
            former.save(update_fields=["is_default"])
        chosen.is_default = True
        chosen.save(update_fields=["is_default"])


def _names(*layers: Mapping[str, str]) -> dict[Role, str]:
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return {Role(role): name for role, name in merged.items() if name}


def _endpoint_spec(endpoint: Endpoint, shared: Mapping[str, str]) -> EndpointSpec:
    return EndpointSpec(
        kind=EventKind(endpoint.kind),
        slug=endpoint.slug,
        enabled=endpoint.enabled,
        method=endpoint.method,
        names=_names(shared, endpoint.parameters),
        fixed={Role(role): text for role, text in endpoint.fixed.items()},
    )


@lru_cache(maxsize=64)
def spec_of(set_id: int, revision: str) -> SetSpec:
    """A set as plain data; ``revision`` is the one it has now.

    Raises ``EndpointSet.DoesNotExist`` where the set is gone.
    """
    found = EndpointSet.objects.prefetch_related("endpoints").get(pk=set_id)
    return as_spec(found, found.endpoints.all())


def as_spec(found: EndpointSet, endpoints: Iterable[Endpoint]) -> SetSpec:
    """A set with these endpoints, saved or not, as plain data."""
    return SetSpec(
        name=found.name,
        endpoints={
            endpoint.slug: _endpoint_spec(endpoint, found.parameters)
            for endpoint in endpoints
        },
        names=_names(found.parameters),
        common_slug=found.common_slug,
        event_parameter=found.event_parameter,
        reply=int(found.reply),
        recording_hosts=frozenset(found.recording_hosts),
    )
