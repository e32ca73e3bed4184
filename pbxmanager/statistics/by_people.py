"""Tables of figures by team, user and extension, as far as people may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pbxmanager.figures import NOBODY
from pbxmanager.statistics.lines import Line, Table, barred
from pbxmanager.statistics.readings import Readings
from pbxmanager.statistics.sums import Row
from pbxmanager.statistics.tallies import Tally, tallies

OTHERS: Final = -1


def by_team(read: Readings) -> Table:
    """By team, as people belong to them today."""
    teams = read.question.seen.teams
    team_of = {user: pk for pk, (_t, users) in teams.items() for user in users}
    found = tallies(
        read.personal, lambda row: team_of.get(row.key.user or 0, OTHERS), read.side
    )
    lines = [
        _of_people(read, str(team), found[pk], users)
        for pk, (team, users) in teams.items()
        if pk in found
    ]
    if lines and OTHERS in found:
        lines.append(Line(_("Everybody else"), found[OTHERS]))
    note = _("People count for the team that they belong to today.")
    return Table("teams", _("Calls by team"), _("Team"), barred(lines), note)


def by_user(read: Readings) -> Table:
    """By user, as far as they may be shown; the others together."""
    seen = read.question.seen
    found = tallies(read.personal, lambda row: _person_of(read, row), read.side)
    lines = [
        _of_people(read, seen.users[pk], found[pk], [pk])
        for pk in seen.users
        if pk in found
    ]
    if OTHERS in found:
        lines.append(Line(_others(read), found[OTHERS]))
    if NOBODY in found:
        nobody = _("Lines without a user")
        lines.append(_of_people(read, nobody, found[NOBODY], [NOBODY]))
    return Table("users", _("Calls by user"), _("User"), barred(lines), _note(read))


def by_extension(read: Readings) -> Table:
    """By extension; those of people who are not shown together."""
    found = tallies(read.personal, lambda row: _line_of(read, row), read.side)
    base = read.base
    lines = []
    for user, extension in sorted(found, key=lambda one: one[1]):
        if user == OTHERS:
            continue
        label = extension or _("No extension")
        figure = replace(base, extension=extension, people=[user]) if base else None
        lines.append(Line(label, found[user, extension], figure))
    if (OTHERS, "") in found:
        lines.append(Line(_others(read), found[OTHERS, ""]))
    title = _("Calls by extension")
    return Table("extensions", title, _("Extension"), barred(lines), _note(read))


def _person_of(read: Readings, row: Row) -> int:
    if row.key.user is None:
        return NOBODY
    return row.key.user if row.key.user in read.question.seen.persons else OTHERS


def _line_of(read: Readings, row: Row) -> tuple[int, str]:
    person = _person_of(read, row)
    return (OTHERS, "") if person == OTHERS else (person, row.key.extension)


def _of_people(read: Readings, label: str, found: Tally, people: Sequence[int]) -> Line:
    base, asked = read.base, read.question.asked.people
    chosen = [one for one in people if asked is None or one in asked]
    return Line(label, found, replace(base, people=chosen) if base else None)


def _others(read: Readings) -> str:
    seen = read.question.seen
    count = len(seen.callers - seen.persons)
    return ngettext("%(count)d person together", "%(count)d people together", count) % {
        "count": count
    }


def _note(read: Readings) -> str:
    if not read.question.seen.callers - read.question.seen.persons:
        return ""
    return _(
        "Figures of a person are shown only where an administrator has switched "
        "that on."
    )
