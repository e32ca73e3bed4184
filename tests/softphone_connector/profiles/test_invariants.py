"""What must be true of every profile, whoever writes the next one."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from pbxmanager.endpoint_spec import DEFAULT_SET, Role
from softphone_connector.adapters.registry import adapters
from softphone_connector.profiles import (
    How,
    Profile,
    Quirk,
    profiles,
    ready_files,
    ready_urls,
)
from softphone_connector.profiles.loading import FOLDER
from softphone_connector.profiles.reading import SLOT
from softphone_connector.profiles.rendering import KEY_LENGTH, ORDER
from softphone_connector.profiles.shape import Doubt, Lack, Step, Use
from softphone_connector.profiles.telling import key_steps, lacks, steps
from softphone_connector.profiles.words import sentence

pytestmark = pytest.mark.thorough
BASE = "https://crm.example.com"
KEY = f"sk_{'k' * (KEY_LENGTH - 3)}"
EXTENSION = "201"
# Clients of which no setting, no variable and no event was seen, only guessed.
GUESSED = {"fanvil", "starface", "peoplefone"}
WEB_OR_SEEN = re.compile(r"https?://\S+|[A-Z]\S.* \S.*|baresip \S.*")
# Between a variable and what follows: nothing that could belong to its name.
AFTER_VARIABLE = re.compile(r"&|$|\)|\"")

every_profile = pytest.mark.parametrize(
    "known", profiles().values(), ids=list(profiles())
)


def queries(known: Profile) -> list[list[tuple[str, str]]]:
    """What each of its addresses states."""
    urls = ready_urls(known, BASE, KEY, DEFAULT_SET, EXTENSION)
    return [
        parse_qsl(urlsplit(ready.url).query, keep_blank_values=True) for ready in urls
    ]


def test_no_guess_is_a_profile() -> None:
    assert not GUESSED & set(profiles())


@every_profile
def test_it_is_one_reviewed_file_with_its_sources(known: Profile) -> None:
    assert (FOLDER / f"{known.key}.toml").is_file()
    assert known.sources
    assert all(WEB_OR_SEEN.fullmatch(source) for source in known.sources)


@every_profile
def test_what_identifies_a_call_comes_first_and_the_name_last(known: Profile) -> None:
    wanted = [DEFAULT_SET.names[role] for role in ORDER]
    assert wanted[:3] == ["call_id", "extension", "number"]
    assert wanted[-1] == "name"
    for query in queries(known):
        names = [name for name, _value in query]
        assert names == [name for name in wanted if name in names]


@every_profile
def test_its_addresses_state_nothing_but_its_variables(known: Profile) -> None:
    """A variable of another maker would arrive as it stands."""
    fixed = {EXTENSION, "inbound", "outbound"}
    for query in queries(known):
        for name, value in query:
            variable = known.variables.get(Role(name), "")
            # parse_qsl decodes 3CX's %CallerNumber% as far as it can.
            decoded = dict(parse_qsl(f"x={variable}", keep_blank_values=True))
            assert value in fixed | {decoded.get("x", "")}


@every_profile
def test_a_variable_ends_where_it_ends(known: Profile) -> None:
    if not known.has(Quirk.FOLLOWED_BY_AND):
        return
    for ready in ready_urls(known, BASE, KEY, DEFAULT_SET, EXTENSION):
        for variable in known.variables.values():
            for found in re.finditer(re.escape(variable), ready.url):
                assert AFTER_VARIABLE.match(ready.url, found.end())


@every_profile
def test_an_address_that_is_too_long_is_told(known: Profile) -> None:
    if known.url_length is None:
        return
    short = ready_urls(known, BASE, KEY, DEFAULT_SET, EXTENSION)
    assert not any(ready.too_long for ready in short)
    assert all(len(ready.url) <= known.url_length for ready in short)
    long = ready_urls(known, f"https://{'a' * 460}.example", KEY, DEFAULT_SET)
    for ready in long:
        assert ready.too_long is (len(ready.url) > known.url_length)
    assert any(ready.too_long for ready in long)


@every_profile
def test_what_is_said_of_it_is_whole(known: Profile) -> None:
    to_do = [*key_steps(known), *steps(known)]
    assert set(known.steps) <= set(to_do)
    said = [*known.quirks, *lacks(known), *known.unconfirmed, *to_do]
    for statement in said:
        text = sentence(known, statement)
        assert text.strip()
        assert "%(" not in text
        assert not text.endswith(": ")


@every_profile
def test_its_files_are_filled_in(known: Profile) -> None:
    for file in ready_files(known, BASE, KEY, DEFAULT_SET, EXTENSION):
        assert not SLOT.search(file.text)
        assert "@@" not in file.text
        stated = re.findall(r"--data-urlencode \"(\w+)=", file.text)
        wanted = [DEFAULT_SET.names[role] for role in ORDER]
        assert stated == [name for name in wanted if name in stated]


@every_profile
def test_who_runs_a_file_is_told_where_it_belongs(known: Profile) -> None:
    said = {step.code for step in known.steps}
    uses = {file.use for file in known.files}
    assert (Use.SAVE in uses) is (Step.SAVE_FILES in said)
    assert (Use.ADD in uses) is (Step.ADD_LINES in said)
    assert (Use.RUN in uses) is (Step.BRIDGE in said)
    assert (Use.SECRET in uses) is (Step.SIGNING_KEY in said)
    has_place = any("HOME/" in file.text for file in known.files)
    assert has_place is (Step.OWN_PATH in said)


@every_profile
def test_a_service_that_signs_is_told_the_secret(known: Profile) -> None:
    asked = {step.code for step in known.steps} & {
        Step.SIGNING_SECRET,
        Step.SIGNING_KEY,
    }
    adapter = adapters().get(known.key)
    signs = bool(adapter and adapter.is_signed)
    assert bool(asked) is signs
    assert known.has(Quirk.SIGNED) is signs


@every_profile
def test_the_way_it_reports_is_there(known: Profile) -> None:
    assert (known.how is How.ADAPTER) is (known.key in adapters())
    told = {lack.code for lack in lacks(known)}
    if known.how is How.DIAL:
        assert told & {Lack.NOTHING, Lack.OWN_FORMAT}
    if known.how is How.NONE:
        assert Lack.OWN_FORMAT in told


@every_profile
def test_a_variable_that_is_to_be_filled_in_is_no_fact(known: Profile) -> None:
    """{NUMBER} stands where the client's own variable was not seen, or differs by
    version: the page says so, and how to find it."""
    to_fill = [text for text in known.variables.values() if text in PLACES]
    asks = any(step.code is Step.FILL_VARIABLES for step in known.steps)
    doubts = any(doubt.code is Doubt.VARIABLES for doubt in known.unconfirmed)
    if to_fill:
        assert asks
        assert doubts or any(
            step.what for step in known.steps if step.code is Step.FILL_VARIABLES
        )


PLACES = {"{NUMBER}", "{ACCOUNT}", "{NAME}"}
