"""From the cells of a row to the values of a record, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from crmplus.exchange.fields import FULL_NAME, ORGANISATION, OWNER, fields
from crmplus.exchange.reading import Row
from crmplus.phonebook.normalise import NumberPlan, normalise_once
from crmplus.phonebook.places import country_names
from crmplus.phonebook.plan import number_plan
from crmplus.records.keys import fold, one_line
from crmplus.records.models import PHONE_FIELDS, Record
from crmplus.records.types import RecordType

if TYPE_CHECKING:
    from crmplus.accounts.models import User

# Google Contacts writes several numbers of one kind into one cell.
SEVERAL = " ::: "
COUNTRIES = {"uk": "GB", "england": "GB", "usa": "US", "brd": "DE", "deutschland": "DE"}
check_url = URLValidator(schemes=["http", "https"])


@dataclass
class Clean:
    """A row as it is to be stored.

    ``values`` are the fields that it fills in. ``numbers`` are its numbers as E.164
    without plus. ``problems`` are sentences; a row that has any can't be imported.
    """

    number: int
    values: dict[str, str]
    organisation: str = ""
    owner: User | None = None
    problems: list[str] = field(default_factory=list)
    numbers: frozenset[int] = frozenset()
    name_key: str = ""

    @property
    def email(self) -> str:
        return self.values.get("email", "")

    @property
    def firm_key(self) -> str:
        """The folded name of the company that a person belongs to."""
        return fold(self.organisation or self.values.get("company", ""))


class Cleaner:
    """Reads rows of one file; asks the database once, when it is made.

    ``mapping`` is the key of a field for each column, "" for none.
    """

    def __init__(self, kind: RecordType, mapping: Sequence[str]) -> None:
        self.kind = kind
        self.places = [
            (place, key) for place, key in enumerate(mapping) if key in fields(kind)
        ]
        self.people = _people() if OWNER in mapping else {}
        self.plan = number_plan()
        self.plans: dict[str, NumberPlan] = {}
        self.lengths = {
            each.name: each.max_length
            for each in kind.model._meta.concrete_fields
            if getattr(each, "max_length", None)
        }
        self.lengths[ORGANISATION] = 200

    def clean(self, row: Row) -> Clean:
        """The values of a row, and what is wrong with it."""
        values = self._values(row)
        clean = Clean(row.number, values)
        self._take_name(clean)
        self._take_owner(clean)
        clean.organisation = values.pop(ORGANISATION, "")
        self._check_lengths(clean)
        self._check_email(clean)
        self._check_website(clean)
        self._take_country(clean)
        clean.numbers = frozenset(self.numbers_of(values, values.get("country", "")))
        clean.name_key = self.kind.model(**values).make_name_key()
        if not clean.name_key:
            clean.problems.insert(0, self._nameless())
        return clean

    def numbers_of(self, values: Any, country: str) -> Iterable[int]:
        """The E.164 numbers, without plus, of what is written in number fields."""
        plan = self._plan(country)
        for name in PHONE_FIELDS:
            if text := values.get(name):
                found = normalise_once(text, plan)
                if found.e164:
                    yield int(found.e164)

    def numbers_of_record(self, record: Record) -> set[int]:
        """As ``numbers_of``, of a record."""
        values = {name: getattr(record, name) for name in PHONE_FIELDS}
        return set(self.numbers_of(values, record.country))

    def _plan(self, country: str) -> NumberPlan:
        if country not in self.plans:
            self.plans[country] = self.plan.for_record(country)
        return self.plans[country]

    def _values(self, row: Row) -> dict[str, str]:
        values: dict[str, str] = {}
        spare: list[str] = []
        for place, key in self.places:
            text = row.cells[place] if place < len(row.cells) else ""
            first, *others = (one_line(part) for part in text.split(SEVERAL))
            if first:
                values[key] = first
            if key in PHONE_FIELDS:
                spare += others
        free = [name for name in PHONE_FIELDS[:3] if name not in values]
        values.update(zip(free, spare, strict=False))
        return values

    def _take_name(self, clean: Clean) -> None:
        name = clean.values.pop(FULL_NAME, "")
        if not name or not self.kind.is_person:
            return
        last, comma, first = name.partition(",")
        if not comma:
            first, _space, last = name.rpartition(" ")
        clean.values.setdefault("first_name", first.strip())
        clean.values.setdefault("last_name", last.strip())

    def _take_owner(self, clean: Clean) -> None:
        text = clean.values.pop(OWNER, "")
        if not text:
            return
        clean.owner = self.people.get(text.casefold())
        if clean.owner is None:
            told = _("Owner: nobody here has the user name or e-mail “%(text)s”.")
            clean.problems.append(told % {"text": text[:100]})

    def _check_lengths(self, clean: Clean) -> None:
        texts = {**clean.values, ORGANISATION: clean.organisation}
        for key, text in texts.items():
            most = self.lengths.get(key)
            if most and len(text) > most and key != "country":
                told = _("%(field)s: longer than %(most)s characters.")
                head = fields(self.kind)[key].head
                clean.problems.append(told % {"field": head, "most": most})

    def _check_email(self, clean: Clean) -> None:
        if not (email := clean.email.lower()):
            return
        clean.values["email"] = email
        try:
            validate_email(email)
        except ValidationError:
            told = _("E-mail: “%(text)s” is no e-mail address.")
            clean.problems.append(told % {"text": email[:100]})

    def _check_website(self, clean: Clean) -> None:
        if not (url := clean.values.get("website", "")):
            return
        if "://" not in url:
            url = clean.values["website"] = f"https://{url}"
        try:
            check_url(url)
        except ValidationError:
            told = _("Website: “%(text)s” is no address on the web.")
            clean.problems.append(told % {"text": url[:100]})

    def _take_country(self, clean: Clean) -> None:
        if not (text := clean.values.get("country", "")):
            return
        if code := country_code(text):
            clean.values["country"] = code
            return
        told = _("Country: no country is called “%(text)s”.")
        clean.problems.append(told % {"text": text[:100]})
        clean.values["country"] = ""

    def _nameless(self) -> str:
        if self.kind.is_person:
            return _("There is neither a first nor a last name.")
        return _("There is no name.")


def country_code(text: str) -> str:
    """The code of a country by its code or its name in any language; "" for none."""
    return _countries().get(fold(text), "")


@cache
def _countries() -> dict[str, str]:
    found = dict(COUNTRIES)
    for language, _name in settings.LANGUAGES:
        for code, name in country_names(language).items():
            found[fold(name)] = code
            found[code.lower()] = code
    return found


def _people() -> dict[str, User]:
    """Active users by user name, e-mail and name; the user name counts first."""
    users = list(get_user_model()._default_manager.filter(is_active=True))
    found: dict[str, User] = {}
    for user in users:
        found.setdefault(user.get_full_name().casefold(), user)
    for user in users:
        found[user.email.casefold()] = user
    for user in users:
        found[user.username.casefold()] = user
    found.pop("", None)
    return found
