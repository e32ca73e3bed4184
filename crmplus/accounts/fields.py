"""Form fields that let one choose among users: there may be hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator

from crmplus.accounts.models import User, full_name
from crmplus.formfields import QuickSelect

if TYPE_CHECKING:
    _UserChoice = forms.ModelChoiceField[User]
else:
    _UserChoice = forms.ModelChoiceField


def names_of(users: QuerySet[User]) -> Iterator[tuple[int, str]]:
    """IDs and names of users, in their order; one query.

    Whole users would take ten times as long to make, and a name is all that is shown.
    """
    rows = users.values_list("pk", "first_name", "last_name", "username")
    for pk, first, last, username in rows:
        yield pk, full_name(first, last, username)


class _NamesOfUsers(ModelChoiceIterator):
    """What a select of users offers."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        assert self.queryset is not None  # noqa: S101
        yield from names_of(self.queryset)


class UserChoiceField(_UserChoice):
    """One of some users."""

    widget = QuickSelect
    iterator = _NamesOfUsers
