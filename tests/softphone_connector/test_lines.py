"""The lines of a user: taken, changed, given back, each with its trace in the log."""

from __future__ import annotations

from typing import Any

import pytest

from crmplus.accounts.models import User
from crmplus.administration.models import SettingsChange
from pbxmanager.models import Extension
from softphone_connector import keys
from softphone_connector.lines import (
    ChangedMeanwhileError,
    ExtensionTakenError,
    Line,
    LineSettings,
    add_line,
    change_line,
    lines_of,
    remove_line,
    settings_of,
)
from softphone_connector.preferences import dialling_extension, preference_of
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.talking import queries


def line(user: User, number: str) -> Line:
    return next(one for one in lines_of(user) if str(one) == number)


def changes() -> list[dict[str, Any]]:
    """What the audit log kept: each entry's fields with before and after."""
    return [
        {one["field"]: (one["before"], one["after"]) for one in entry.changes}
        for entry in SettingsChange.objects.order_by("pk")
    ]


def test_without_settings_the_defaults_count(people: Cast) -> None:
    first, second = lines_of(people.ben)
    assert [str(first), str(second)] == ["202", "203"]
    assert (first.pk, first.pops_up, first.template) == (None, True, "")
    assert settings_of(first, people.ben) == LineSettings(dials=True)
    assert settings_of(second, people.ben) == LineSettings(dials=False)


def test_all_lines_are_one_query(people: Cast) -> None:
    assert queries(lambda: lines_of(people.ben)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_a_free_extension_becomes_a_line(people: Cast, known: bool) -> None:
    if known:
        left = Extension.objects.create(number="210", label="old")
        Line.objects.create(extension=left, pops_up=False, revision=7)
    given = LineSettings(label="Desk", device="app", profile="yealink", pops_up=True)
    added = add_line(people.anna, "210", given, people.karin)
    assert [str(one) for one in lines_of(people.anna)] == ["201", "210"]
    assert settings_of(line(people.anna, "210"), people.anna) == given
    assert added.revision == 1
    [entry] = SettingsChange.objects.all()
    assert (entry.actor, entry.area) == (people.karin, "softphone_connector")
    assert (entry.kind, entry.what) == ("line", "210 (Anna)")
    assert changes()[0]["label"] == (None, "Desk")


def test_a_colleagues_extension_is_not_taken(people: Cast) -> None:
    with pytest.raises(ExtensionTakenError):
        add_line(people.anna, "202", LineSettings(), people.anna)
    assert str(line(people.ben, "202")) == "202"
    assert changes() == []


def test_a_change_is_stored_and_noted(people: Cast) -> None:
    second = line(people.ben, "203")
    given = LineSettings(label="Home", template="sip:{e164}", pops_up=False, dials=True)
    change_line(people.ben, second, given, 0, people.ben)
    stored = line(people.ben, "203")
    assert settings_of(stored, people.ben) == given
    assert stored.revision == 1
    assert dialling_extension(preference_of(people.ben)) == "203"
    assert changes() == [
        {
            "label": ("", "Home"),
            "template": ("", "sip:{e164}"),
            "pops_up": (True, False),
            "dials": (False, True),
        }
    ]


def test_where_no_line_is_chosen_any_more_the_first_dials(people: Cast) -> None:
    for dials, dialling in ((True, "203"), (False, "202"), (False, "202")):
        second = line(people.ben, "203")
        given = LineSettings(dials=dials)
        change_line(people.ben, second, given, second.revision, people.ben)
        assert dialling_extension(preference_of(people.ben)) == dialling


def test_nothing_changed_is_nothing_noted(people: Cast) -> None:
    own = line(people.anna, "201")
    change_line(people.anna, own, settings_of(own, people.anna), 0, people.anna)
    assert changes() == []


def test_of_two_at_once_the_second_is_told(people: Cast) -> None:
    for_both = line(people.anna, "201")
    change_line(people.anna, for_both, LineSettings(label="A"), 0, people.anna)
    with pytest.raises(ChangedMeanwhileError):
        change_line(people.anna, for_both, LineSettings(label="B"), 0, people.karin)
    assert line(people.anna, "201").extension.label == "A"
    given_away = line(people.anna, "201")
    Extension.objects.filter(number="201").update(user=people.ben)
    with pytest.raises(ChangedMeanwhileError):
        change_line(people.anna, given_away, LineSettings(), 1, people.anna)


def test_a_removed_line_is_free_and_its_keys_are_worthless(people: Cast) -> None:
    own = line(people.ben, "203")
    given = LineSettings(label="Home", dials=True)
    change_line(people.ben, own, given, 0, people.ben)
    _key, secret = keys.create(user=people.ben, extension=own.extension)
    remove_line(people.ben, line(people.ben, "203"), people.karin)
    assert [str(one) for one in lines_of(people.ben)] == ["202"]
    free = Extension.objects.get(number="203")
    assert (free.user, free.label) == (None, "")
    assert not Line.objects.exists()
    assert preference_of(people.ben).extension is None
    with pytest.raises(keys.KeyRefusedError):
        keys.find(secret)
    # The key for all of Ben's lines stays good.
    assert keys.find(people.bens_key).extensions == ("202",)
    assert changes()[-1]["label"] == ("Home", None)
