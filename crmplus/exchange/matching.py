"""Which record, or earlier row, a row of a file may be.

By number, e-mail address and name: the same number or e-mail with the same name is the
same; with another name it is similar, for people share switchboards and mailboxes. A
number or address that more than three have tells nothing without the name. A row with
neither is the same as what has its name and company. Nobody finds what they don't see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crmplus.accounts.visibility import visible_records
from crmplus.exchange.cleaning import Clean, Cleaner
from crmplus.phonebook.index import source_of
from crmplus.phonebook.models import PhoneIndex, unpack
from crmplus.phonebook.slots import slots_of
from crmplus.records.keys import fold
from crmplus.records.models import Record

if TYPE_CHECKING:
    from crmplus.accounts.models import User

MOST = 3
# A name such as "Info" may stand in thousands of records.
NAMESAKES = 20


class Likeness(StrEnum):
    """How sure it is that a row is somebody who is there already."""

    SAME = "same"
    SIMILAR = "similar"


@dataclass(slots=True)
class Known:
    """Somebody who is there already: a record, or an earlier row (``row`` > 0)."""

    name_key: str
    firm_key: str
    email: str
    numbers: frozenset[int]
    pk: int = 0
    row: int = 0
    record: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Match:
    """Whom a row was recognised as, and by what: "number", "email" or "name"."""

    known: Known
    likeness: Likeness
    by: str


class Index:
    """Some of those who are there, by what recognises them."""

    def __init__(self) -> None:
        self.by_number: dict[int, list[Known]] = defaultdict(list)
        self.by_email: dict[str, list[Known]] = defaultdict(list)
        self.by_name: dict[str, list[Known]] = defaultdict(list)

    def add(self, known: Known) -> None:
        """Let rows be recognised as this one."""
        for number in known.numbers:
            self.by_number[number].append(known)
        if known.email:
            self.by_email[known.email].append(known)
        if len(self.by_name[known.name_key]) < NAMESAKES:
            self.by_name[known.name_key].append(known)

    def same(self, clean: Clean) -> Match | None:
        """Who has the name of a row, and more in common with it."""
        plain = not clean.numbers and not clean.email
        for known in self.by_name.get(clean.name_key, ()):
            if clean.email and clean.email == known.email:
                return Match(known, Likeness.SAME, "email")
            if clean.numbers & known.numbers:
                return Match(known, Likeness.SAME, "number")
            if plain and clean.firm_key == known.firm_key:
                return Match(known, Likeness.SAME, "name")
        return None

    def similar(self, clean: Clean, crowded: set[int]) -> Match | None:
        """Who has another name, but a number or address of a row; no crowded one."""
        owners = self.by_email.get(clean.email, ()) if clean.email else ()
        if 0 < len(owners) <= MOST:
            return Match(owners[0], Likeness.SIMILAR, "email")
        for number in sorted(clean.numbers - crowded):
            owners = self.by_number.get(number, ())
            if 0 < len(owners) <= MOST:
                return Match(owners[0], Likeness.SIMILAR, "number")
        return None


class Matcher:
    """Recognises the rows of one file, batch by batch.

    ``rows`` are earlier rows of the file; who writes each batch forgets them with it,
    for then they are records.
    """

    def __init__(self, cleaner: Cleaner, user: User) -> None:
        self.cleaner = cleaner
        self.kind = cleaner.kind
        self.user = user
        source = source_of(self.kind.key)
        self.slots = set(slots_of(source).values())
        self.crowded: set[int] = set()
        self.records, self.rows = Index(), Index()

    def look_up(self, batch: Sequence[Clean]) -> None:
        """Ask the database once for all rows of a batch."""
        self.records = Index()
        pks = self._by_numbers(batch) | self._by_columns(batch)
        rows = self.kind.model.objects.filter(pk__in=pks)
        rows = visible_records(self.user, rows)
        for record in rows.select_related("owner", *self.kind.related):
            self.records.add(self.of_record(record))

    def of_record(self, record: Record) -> Known:
        """A record as it is compared."""
        return Known(
            name_key=record.name_key,
            firm_key=fold(record.organisation_name),
            email=record.email,
            numbers=frozenset(self.cleaner.numbers_of_record(record)),
            pk=record.pk,
            record=record,
        )

    def of_row(self, clean: Clean, record: Record | None = None) -> Known:
        """A row as later rows are compared with it."""
        return Known(
            name_key=clean.name_key,
            firm_key=clean.firm_key,
            email=clean.email,
            numbers=clean.numbers,
            row=clean.number,
            record=record,
        )

    def match(self, clean: Clean) -> Match | None:
        """Whom a row is; None for nobody. ``look_up`` comes before."""
        places = (self.records, self.rows)
        sure = (index.same(clean) for index in places)
        maybe = (index.similar(clean, self.crowded) for index in places)
        return next(filter(None, (*sure, *maybe)), None)

    def _by_numbers(self, batch: Sequence[Clean]) -> set[int]:
        """Records by number, those of switchboards left out."""
        wanted = {number for clean in batch for number in clean.numbers}
        wanted -= self.crowded
        rows = PhoneIndex.objects.filter(e164__in=wanted)
        owners: dict[int, set[int]] = defaultdict(set)
        for number, ref in rows.values_list("e164", "ref"):
            pk, slot, trunk = unpack(ref)
            if slot in self.slots and not trunk and number is not None:
                owners[number].add(pk)
        self.crowded |= {one for one, pks in owners.items() if len(pks) > MOST}
        few = (pks for one, pks in owners.items() if one not in self.crowded)
        return set().union(*few)

    def _by_columns(self, batch: Iterable[Clean]) -> set[int]:
        """Records by e-mail address and by name."""
        batch = list(batch)
        found: set[int] = set()
        wanted = {
            "email": {clean.email for clean in batch if clean.email},
            "name_key": {clean.name_key for clean in batch},
        }
        for column, values in wanted.items():
            rows = self.kind.model.objects.filter(**{f"{column}__in": values})
            most: dict[str, int] = defaultdict(int)
            pairs = rows.order_by(column).values_list(column, "pk")
            for value, pk in pairs.iterator(chunk_size=2_000):
                most[value] += 1
                if most[value] <= NAMESAKES:
                    found.add(pk)
        return found
