"""An export is a table that the tests read, and it gives the same calls."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from crmplus.accounts.models import User
from pbxmanager import models
from pbxmanager.events import CallEvent
from softphone_connector import keys
from softphone_connector.inspector import exporting
from softphone_connector.inspector.exporting import chosen, table
from softphone_connector.models import SoftphoneKey
from tests.scenarios.tables import Line, Scenario, all_tables, read
from tests.scenarios.test_scenarios import log, play
from tests.softphone_connector.cast import Cast
from tests.softphone_connector.endpoints.sending import send
from tests.softphone_connector.inspector.kept import HOSTILE

pytestmark = pytest.mark.django_db
SCENARIOS = list(all_tables())


def names(value: object) -> str:
    return value.name if isinstance(value, Scenario) else str(value)


@pytest.fixture
def anna() -> User:
    anna = User.objects.create(pk=1, username="anna", first_name="Anna")
    models.Extension.objects.create(number="201", user=anna)
    models.Extension.objects.create(number="202")
    models.Extension.objects.create(number="301", user=anna)
    return anna


def with_keys(lines: list[Line], user: User) -> list[Line]:
    """The lines of a table, reported with real keys."""
    made: dict[str, SoftphoneKey] = {}
    found: list[Line] = []
    for line in lines:
        if not isinstance(line, CallEvent) or line.source.startswith("click:"):
            found.append(line)
            continue
        if line.source not in made:
            is_pbx = line.source == "key:pbx"
            whose = {"pbx_name": "PBX"} if is_pbx else {"user": user}
            made[line.source], _secret = keys.create(
                ids_restart=line.ids_restart,
                **whose,  # type: ignore[arg-type]
            )
        found.append(replace(line, source=made[line.source].source))
    return found


def forget_all() -> None:
    models.Event.objects.all().delete()
    models.Call.all_objects.all().delete()


def exported(file: Path, *, masked: bool) -> Scenario:
    text = table(chosen(models.Event.objects.all()), "What happened.", masked=masked)
    file.write_text(text, encoding="utf-8")
    return read(file)


@pytest.mark.thorough
@pytest.mark.parametrize("masked", [False, True], ids=["real", "masked"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=names)
def test_what_was_exported_gives_the_same_calls(
    scenario: Scenario, masked: bool, anna: User, tmp_path: Path
) -> None:
    play(with_keys(scenario.told_by(scenario.views[0].told_by), anna))
    before = log()
    again = exported(tmp_path / "export.txt", masked=masked)
    forget_all()
    play(again.told_by("all"))

    assert log() == again.views[0].log
    if masked:
        assert len(log()) == len(before)
    else:
        assert log() == before


def text_of(*, masked: bool) -> str:
    return table(chosen(models.Event.objects.all()), "What happened.", masked=masked)


class TestMasking:
    def test_nothing_of_the_callers_is_told(self, people: Cast) -> None:
        key = keys.create(user=people.anna, profile="yealink")[1]
        secret_id = "session-0171-abc"
        for event in ("ringing", "ended"):
            ring = {"number": "+493055501", "extension": "201", "name": "Julia Berg"}
            send(f"{key}/{event}", {**ring, "call_id": secret_id})
        send(f"{key}/ringing", {"number": "+493055501", "direction": "sideways"})
        text = text_of(masked=True)
        for private in ("3055501", secret_id, "Julia", "Anna", "anna", key[:7]):
            assert private not in text
        assert "Yealink" in text
        assert "direction" in text
        assert "+49302312500" in text

    def test_with_the_real_numbers_where_one_asks_for_them(self, people: Cast) -> None:
        send(f"{people.key}/ringing", {"number": "+493055501", "call_id": "abc"})
        send(f"{people.key}/ringing", {"number": "+493055501", "direction": "sideways"})
        text = text_of(masked=False)
        assert "+493055501" in text
        assert "abc" in text
        assert "phone-1: Anna (201)" in text
        assert "(direction): ringing?number=+493055501&direction=sideways" in text
        assert people.key not in text

    def test_equal_ones_stay_equal_and_extensions_stay(self, people: Cast) -> None:
        for number, extension in (("+493055501", "201"), ("+493055502", "202")):
            for event in ("ringing", "ended"):
                query = {"number": number, "extension": extension, "call_id": number}
                send(f"{people.pbx_key}/{event}", query)
        text = text_of(masked=True)
        made_up = re.findall(r"\+4930231250\d\d", text)
        # Two rows and a line of the log for each of the two calls.
        assert sorted(map(made_up.count, set(made_up))) == [3, 3]
        assert text.count("id-1") == text.count("id-2") == 2
        assert "201" in text
        assert "202" in text

    def test_an_extension_that_is_a_name_is_masked_the_same_everywhere(
        self, db: None
    ) -> None:
        key = keys.create(pbx_name="PBX")[1]
        query = {"number": "+493055501", "extension": "julia.berg", "call_id": "a"}
        send(f"{key}/ringing", query)
        text = text_of(masked=True)
        assert "julia" not in text
        assert text.count("caller-") == 3


class TestTable:
    def test_a_placeholder_is_no_call_id(self, people: Cast) -> None:
        query = {"number": "$remote", "extension": "201", "call_id": "$call-id"}
        send(f"{people.key}/ringing", query)
        assert "$call-id" not in text_of(masked=False)

    def test_refused_ones_are_told_of(self, people: Cast, tmp_path: Path) -> None:
        send(f"{people.pbx_key}/ended", {"extension": "201"})
        send(f"{people.pbx_key}/huh")
        again = exported(tmp_path / "export.txt", masked=True)
        assert len(again.events) == 1
        assert again.views[0].log == []

    def test_the_whole_call_comes_with_one_of_its_events(self, people: Cast) -> None:
        for event in ("ringing", "connected", "ended"):
            query = {"number": "+493055501", "extension": "201", "call_id": "a"}
            send(f"{people.key}/{event}", query)
        one = models.Event.objects.filter(kind="connected")
        assert len(chosen(one).events) == 3

    def test_too_many_are_cut_and_it_says_so(
        self, people: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "MOST_CHOSEN", 1)
        assert "some events are missing" not in text_of(masked=True)
        for _ in range(2):
            send(f"{people.pbx_key}/huh")
        assert "some events are missing" in text_of(masked=True)

    def test_nothing_is_a_table_too(self, db: None, tmp_path: Path) -> None:
        again = exported(tmp_path / "export.txt", masked=True)
        assert (again.events, again.views[0].log) == ([], [])

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_texts_stay_in_their_column(
        self, people: Cast, text: str, tmp_path: Path
    ) -> None:
        clean = text.encode("utf-8", "replace").decode()
        query = {"number": clean, "extension": "201", "call_id": clean[:60]}
        send(f"{people.key}/ringing", query)
        for masked in (False, True):
            assert len(exported(tmp_path / "export.txt", masked=masked).events) <= 1
