"""Fields and values of settings in words, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from crmplus import hooks

if TYPE_CHECKING:
    from crmplus.hooks import Text


class Words:
    """The words for things of one kind; without a hook for it, all stays as it is."""

    def __init__(self, hook: hooks.ChangeWords | None) -> None:
        self._hook = hook

    @classmethod
    def of(cls, area: str, kind: str) -> Words:
        """The words that apps registered for a kind of thing of a module."""
        found = hooks.registered(hooks.ChangeWords)
        hook = (one for one in found if (one.area, one.kind) == (area, kind))
        return cls(next(hook, None))

    def title(self, kind: str, name: str) -> str:
        """A thing of a kind; one without a kind has all in its name."""
        if self._hook:
            return str(self._hook.title) % {"name": self._hook.named(name)}
        return name or kind.replace("_", " ")

    def label(self, field: str) -> str:
        """A field's name."""
        label = self._hook.label(field) if self._hook else None
        return str(label or field.replace("_", " "))

    def value(self, field: str, value: Any) -> str | None:
        """A plain value; None stays None."""
        if value is None:
            return None
        told = self._hook.value(field, value) if self._hook else None
        return in_words(value) if told is None else str(told)


def in_words(value: Any) -> str | None:
    """A plain value as people read it; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(in_words(one) or "–" for one in value) or _("empty")
    if isinstance(value, dict):
        pairs = (f"{key}: {in_words(one) or '–'}" for key, one in value.items())
        return ", ".join(pairs) or _("empty")
    return str(value) or _("empty")


def labels_of(
    *models: type[Model], more: Mapping[str, Text] | None = None
) -> Callable[[str], Text | None]:
    """A ``ChangeWords.label`` that knows the fields of some models, and some more."""

    def label(name: str) -> Text | None:
        if more and name in more:
            return more[name]
        found = (_field(model, name) for model in models)
        return next((field.verbose_name for field in found if field), None)

    return label


def choices_of(*models: type[Model]) -> Callable[[str, Any], Text | None]:
    """A ``ChangeWords.value`` that knows the choices of the fields of some models."""

    def value(name: str, value: Any) -> Text | None:
        for model in models:
            field = _field(model, name)
            if field and field.choices and isinstance(value, str):
                words: Text | None = dict(field.flatchoices).get(value)
                return words
        return None

    return value


def _field(model: type[Model], name: str) -> Field[Any, Any] | None:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None
