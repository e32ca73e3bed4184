"""Activating and deactivating add-ons, and how each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.administration import addons
from crmplus.administration.activation import (
    CodeRefusedError,
    Reason,
    Statement,
)
from crmplus.administration.audit import Subject, note_change
from crmplus.administration.models import Activation

if TYPE_CHECKING:
    from crmplus.accounts.models import User

AREA = "administration"
ADD_ON = "add_on"
SOON = 30


class State(StrEnum):
    """How an add-on stands; ``REFUSED``: its code does not count any more."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REFUSED = "refused"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An add-on with what its code says; ``days`` are left, its last one not counted.

    ``statement`` is None where there is none, or none that can be trusted.
    """

    add_on: hooks.AddOn
    state: State
    statement: Statement | None = None
    days: int = 0
    code: str = ""
    changed_at: datetime | None = None
    changed_by: User | None = None

    @property
    def is_active(self) -> bool:
        return self.state in {State.ACTIVE, State.EXPIRING}


def add_on_with(key: str) -> hooks.AddOn | None:
    """The installed add-on with a key, if there is one."""
    found = hooks.registered(hooks.AddOn)
    return next((add_on for add_on in found if add_on.key == key), None)


def name_of(key: str) -> hooks.Text:
    """An add-on's name; the key of one that is not installed."""
    add_on = add_on_with(key)
    return add_on.name if add_on else key


def standings() -> list[Standing]:
    """All installed add-ons; one query."""
    rows = {
        row.add_on: row for row in Activation.objects.select_related("changed_by").all()
    }
    return [
        standing(add_on, rows.get(add_on.key))
        for add_on in hooks.registered(hooks.AddOn)
    ]


def standing(add_on: hooks.AddOn, row: Activation | None) -> Standing:
    """How an add-on stands by its row."""
    if row is None:
        return Standing(add_on=add_on, state=State.OFF)
    state, statement, days = _judged(row)
    return Standing(
        add_on=add_on,
        state=state,
        statement=statement,
        days=days,
        code=row.code,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _judged(row: Activation) -> tuple[State, Statement | None, int]:
    try:
        statement = addons.checked(row.add_on, row.code)
    except CodeRefusedError as error:
        expired = error.reason == Reason.EXPIRED
        state = State.EXPIRED if expired else State.REFUSED
        return (state if row.is_on else State.OFF), error.statement, 0
    days = (statement.valid_until - addons.today()).days
    if not row.is_on:
        return State.OFF, statement, days
    return (State.EXPIRING if days <= SOON else State.ACTIVE), statement, days


def activate(actor: User | None, add_on: hooks.AddOn, code: str) -> Statement:
    """Activate an add-on by a code. Raises CodeRefusedError, and changes nothing."""
    statement = addons.checked(add_on.key, code)
    _decide(actor, add_on, "".join(code.split()), is_on=True)
    return statement


def deactivate(actor: User | None, add_on: hooks.AddOn) -> None:
    """Let an add-on rest; its code and all data stay."""
    row = Activation.objects.filter(add_on=add_on.key).first()
    if row is not None and row.is_on:
        _decide(actor, add_on, row.code, is_on=False)


def _decide(actor: User | None, add_on: hooks.AddOn, code: str, *, is_on: bool) -> None:
    with transaction.atomic():
        row = Activation.objects.select_for_update().filter(add_on=add_on.key).first()
        before = _facts(row)
        row = row or Activation(add_on=add_on.key)
        row.code, row.is_on = code, is_on
        row.changed_at, row.changed_by = timezone.now(), actor
        row.save()
        # By its key: a name is of the language of whoever decides.
        subject = Subject(AREA, ADD_ON, add_on.key)
        note_change(actor, subject, before, _facts(row))


def _facts(row: Activation | None) -> dict[str, str | bool]:
    """An activation in the words of the audit log."""
    if row is None:
        return {"active": False}
    _state, statement, _days = _judged(row)
    if statement is None:
        return {"active": row.is_on}
    return {
        "active": row.is_on,
        "licensee": statement.licensee,
        "serial": statement.serial,
        "valid_until": statement.valid_until.isoformat(),
    }


def fact_in_words(name: str, value: object) -> hooks.Text | None:
    """A value of the audit log that is not plain."""
    if name != "valid_until":
        return None
    return day(date.fromisoformat(str(value)))


def explained(error: CodeRefusedError) -> str:
    """Why a code is not accepted and what to do, in the active language."""
    said = error.statement
    other = add_on_with(said.add_on) if said else None
    facts = {
        "add_on": other.name if other else said.add_on if said else "",
        "day": day(said.valid_until) if said else "",
    }
    return str(REFUSALS[error.reason]) % facts


def day(date: date) -> str:
    """A day in the active language."""
    return date_format(date, "DATE_FORMAT")


FACTS: dict[str, hooks.Text] = {
    "active": gettext_lazy("active"),
    "licensee": gettext_lazy("Licensee"),
    "serial": gettext_lazy("Serial"),
    "valid_until": gettext_lazy("Valid until"),
}
REFUSALS = {
    Reason.FORM: gettext_lazy(
        "This is no activation code of this version. A code begins with CRM1-; copy "
        "all of it."
    ),
    Reason.SIGNATURE: gettext_lazy(
        "This code is damaged, or it was not issued for this product. Copy all of it "
        "once more; if that does not help, ask whoever issued it for a new one."
    ),
    Reason.NO_KEY: gettext_lazy(
        "This installation cannot check codes yet: ACTIVATION_PUBLIC_KEY is not set. "
        "The operations guide says where the key comes from."
    ),
    Reason.ADD_ON: gettext_lazy(
        "This code is good, but for another add-on: %(add_on)s. Paste it there."
    ),
    Reason.EXPIRED: gettext_lazy(
        "This code was valid until %(day)s. Ask whoever issued it for a new one."
    ),
}
