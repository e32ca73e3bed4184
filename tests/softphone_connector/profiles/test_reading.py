"""A profile's file: read strictly, refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbxmanager.endpoint_spec import Role
from pbxmanager.events import Direction, EventKind
from softphone_connector.profiles import checks, loading
from softphone_connector.profiles.loading import FOLDER, faults, profile, profiles
from softphone_connector.profiles.reading import ProfileError, read
from softphone_connector.profiles.shape import ClientKind, How, Lack, Quirk, Statement

GOOD = """
name = "Phone"
vendor = "Maker"
kind = "desk_phone"
how = "url"
quirks = ["several_ends: Missed, Ended", "no_call_id"]
cannot_report = ["no_name"]
url_length = 200
dial = ["tel:{e164}"]
sources = ["https://example.com/manual"]

[variables]
number = "$n"

[[events]]
event = "ended"
direction = "inbound"
where = "End"
leave_out = ["number"]

[[files]]
name = "call.sh"
text = "@@ringing@@ @@role:call_id@@ @@key@@"
"""


def test_a_file_becomes_a_profile() -> None:
    found = read("phone-1", GOOD)
    assert (found.key, found.name, found.vendor) == ("phone-1", "Phone", "Maker")
    assert (found.kind, found.how) == (ClientKind.DESK_PHONE, How.URL)
    assert found.variables == {Role.NUMBER: "$n"}
    assert found.quirks[0] == Statement(Quirk.SEVERAL_ENDS, "Missed, Ended")
    assert found.cannot_report == (Statement(Lack.NO_NAME),)
    (setting,) = found.events
    assert setting.event is EventKind.ENDED
    assert setting.direction is Direction.INBOUND
    assert setting.leave_out == {Role.NUMBER}
    assert found.has(Quirk.NO_CALL_ID)
    assert not found.has(Quirk.BROWSER)
    assert not found.ids_restart


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("name =", "nam =", "unknown: nam"),
        ('"Phone"', "7", "name is no text"),
        ('"Phone"', '" Phone"', "name is no text"),
        ('"Phone"', '""', "must be there"),
        ('"Maker"', '""', "must be there"),
        ('["https://example.com/manual"]', "[]", "must be there"),
        ('["https://example.com/manual"]', '[""]', "a source is empty"),
        ('["https://example.com/manual"]', '"x"', "sources is no list"),
        ('"desk_phone"', '"toaster"', "not one of: desk_phone"),
        ('"url"', '"pigeon"', "not one of: url"),
        ('"no_call_id"', '"no_manners"', "not one of"),
        ('"no_call_id"', '"no_call_id", "no_call_id"', "twice"),
        ('["no_name"]', '["browser"]', "not one of"),
        ("200", "99", "url_length"),
        ("200", "true", "url_length"),
        ("200", '"200"', "url_length"),
        ('"tel:{e164}"', '"tel:"', "dial"),
        ('"tel:{e164}"', '"https://x/{e164}"', "dial"),
        ('"$n"', '""', "a variable is empty"),
        ('number = "$n"', 'colour = "$n"', "not one of: extension"),
        ("[variables]", "[variable]", "unknown: variable"),
        ('event = "ended"', 'event = "dialled"', "no client reports dialled"),
        ('event = "ended"', 'event = "hold"', "not one of"),
        ('direction = "inbound"', 'direction = "up"', "not one of"),
        ('where = "End"', 'where = ""', "where is empty"),
        ('where = "End"', 'wher = "End"', "an event has only"),
        ('["number"]', '["colour"]', "not one of"),
        ('name = "call.sh"', 'nam = "call.sh"', "a file has a name and a text"),
        ("@@key@@", "@@password@@", "unknown @@password@@"),
        ('how = "url"', 'how = "dial"', "events say otherwise"),
        ('how = "url"', 'how = "url"\ncommand = "curl"', "command has no"),
        ('how = "url"', "how = ", "Invalid"),
    ],
)
def test_a_file_that_is_none(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(ProfileError, match=f"^phone: .*{reason}"):
        read("phone", GOOD.replace(old, new, 1))


def test_a_key_is_part_of_an_address() -> None:
    with pytest.raises(ProfileError, match="small letters"):
        read("Phone 1", GOOD)


WITHOUT_FILES = GOOD.partition("[[files]]")[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (', "no_call_id"', "", "no_call_id belongs"),
        ('number = "$n"', 'number = "$n"\ncall_id = "$c"', "no_call_id belongs"),
        ('number = "$n"', "", "no variable for the number"),
    ],
)
def test_what_addresses_must_state(old: str, new: str, reason: str) -> None:
    assert read("phone", WITHOUT_FILES).files == ()
    with pytest.raises(ProfileError, match=reason):
        read("phone", WITHOUT_FILES.replace(old, new, 1))


def test_a_client_that_only_dials_needs_a_way_to() -> None:
    text = 'name="P"\nvendor="M"\nkind="pbx"\nhow="dial"\nsources=["x"]\n'
    assert read("p", text + 'dial=["tel:{e164}"]').how is How.DIAL
    assert read("p", text + 'dial_url="http://{phone}/{digits}"').how is How.DIAL
    with pytest.raises(ProfileError, match="no way to dial"):
        read("p", text)


class TestAll:
    def test_all_files_are_good(self) -> None:
        assert faults() == []
        assert len(profiles()) == len(list(FOLDER.glob("*.toml")))

    def test_they_are_ordered_by_name(self) -> None:
        names = [found.name.casefold() for found in profiles().values()]
        assert names == sorted(names)

    def test_one_is_found_by_its_key(self) -> None:
        assert profile("yealink") is profiles()["yealink"]
        assert profile("") is None
        assert profile("gone") is None

    def test_a_broken_file_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "good.toml").write_text(GOOD)
        (tmp_path / "bad.toml").write_text("name = 1")
        (tmp_path / "worse.toml").write_text("?")
        assert [fault.partition(":")[0] for fault in faults(tmp_path)] == [
            "bad",
            "worse",
        ]
        monkeypatch.setattr(loading, "FOLDER", tmp_path)
        profiles.cache_clear()
        with pytest.raises(ProfileError, match=r"bad: .*; worse: "):
            profiles()
        profiles.cache_clear()

    def test_an_empty_folder_is_a_fault(self, tmp_path: Path) -> None:
        assert faults(tmp_path) == [f"{tmp_path} holds no profile"]


def test_the_system_check_reports_each_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.files() == []
    monkeypatch.setattr(checks, "faults", lambda: ["phone: name is no text"])
    (error,) = checks.files()
    assert error.id == "softphone_connector.E001"
    assert "phone: name is no text" in error.msg
