"""Models of the tests: whatever has numbers can be a phone source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

from django.db import models

from crmplus import hooks
from crmplus.phonebook.index import indexed
from crmplus.phonebook.slots import forget


class Alive(models.Manager[Any]):
    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(deleted_at=None)


class Numbered(models.Model):
    name = models.CharField(max_length=64)
    phone = models.CharField(max_length=128, blank=True)
    mobile = models.CharField(max_length=128, blank=True)
    country = models.CharField(max_length=2, blank=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = Alive()

    class Meta:
        abstract = True
        app_label = "phonebook_tests"


class Person(Numbered):
    secret = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Company(Numbered):
    def __str__(self) -> str:
        return self.name


def only_open(user: Any, records: Any) -> Any:
    return records if user == "boss" else records.filter(secret=False)


FIELDS = {"phone": "Phone", "mobile": "Mobile"}
COMMON: dict[str, Any] = {
    "fields": FIELDS,
    "icon": "user",
    "title": str,
    "url": lambda record: f"/{type(record).__name__.lower()}/{record.pk}/",
    "region": lambda record: record.country,
}
PEOPLE = hooks.PhoneSource(
    key="people",
    model=Person,
    label="Person",
    label_plural="People",
    order=10,
    visible=only_open,
    **COMMON,
)
COMPANIES = hooks.PhoneSource(
    key="companies",
    model=Company,
    label="Company",
    label_plural="Companies",
    order=30,
    trunk_fields=["phone"],
    region_field="country",
    organisation=lambda record: record.name,
    **COMMON,
)


@contextmanager
def phone_sources() -> Iterator[None]:
    """Only these two sources, and nothing that other apps know of records."""
    kinds = hooks.PhoneSource | hooks.Colleagues | hooks.LastContact
    others = [hook for hook in hooks._hooks if isinstance(hook, kinds)]
    with ExitStack() as stack:
        for other in others:
            stack.enter_context(_without(other))
        for source in (PEOPLE, COMPANIES):
            stack.enter_context(indexed(source))
        forget()
        stack.callback(forget)
        yield


@contextmanager
def _without(hook: hooks.Hook) -> Iterator[None]:
    place = hooks._hooks.index(hook)
    hooks._hooks.remove(hook)
    try:
        yield
    finally:
        hooks._hooks.insert(place, hook)
