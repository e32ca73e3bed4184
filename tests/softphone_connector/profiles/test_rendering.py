"""Addresses ready to paste: right order, right settings, and warned of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pbxmanager.endpoint_spec import DEFAULT_SET, EndpointSpec, Role, SetSpec
from pbxmanager.events import Direction, EventKind
from softphone_connector.profiles import Profile, profiles, ready_files, ready_urls
from softphone_connector.profiles.rendering import is_local

BASE = "https://crm.example.com"
KEY = "sk_" + "x" * 43


def own_set(*endpoints: EndpointSpec, **parts: Any) -> SetSpec:
    return SetSpec(
        name="Own", endpoints={spec.slug: spec for spec in endpoints}, **parts
    )


def query(profile: Profile, **given: Any) -> str:
    settings = given.pop("settings", DEFAULT_SET)
    return ready_urls(profile, BASE, KEY, settings, **given)[0].url.partition("?")[2]


def test_call_id_extension_and_number_come_first_and_the_name_last() -> None:
    assert query(profiles()["yealink"]) == (
        "call_id=$call_id&extension=$active_user&number=$remote&direction=inbound"
        "&name=$display_remote"
    )


def test_the_name_comes_with_the_ringing_and_the_cause_with_the_end() -> None:
    urls = ready_urls(profiles()["snom"], BASE, KEY, DEFAULT_SET)
    assert ["name=" in ready.url for ready in urls] == [True, True, *[False] * 3]
    assert ["cause=" in ready.url for ready in urls] == [*[False] * 3, True, True]


def test_a_direction_is_fixed_where_the_client_has_settings_for_each() -> None:
    urls = [
        ready.url for ready in ready_urls(profiles()["mitel"], BASE, KEY, DEFAULT_SET)
    ]
    assert ["direction=inbound" in url for url in urls] == [True, False, False, False]
    assert ["direction=outbound" in url for url in urls] == [False, True, False, False]


def test_an_extension_is_fixed_where_the_client_can_not_state_it() -> None:
    assert "extension=201&" in query(profiles()["3cx"], extension="201")
    assert "extension=%2A1&" in query(profiles()["3cx"], extension="*1")
    assert "extension" not in query(profiles()["3cx"])
    assert "extension=$active_user&" in query(profiles()["yealink"], extension="201")


class TestEndpointSet:
    def test_its_segments_and_parameter_names_are_used(self) -> None:
        names = {Role.NUMBER: "phone[]", Role.CALL_ID: "id", Role.DIRECTION: "dir"}
        rings = EndpointSpec(kind=EventKind.RINGING, slug="klingelt", names=names)
        (inbound, _outbound) = ready_urls(
            profiles()["yealink"], BASE, KEY, own_set(rings)
        )
        assert inbound.url == (
            f"{BASE}/softphone/{KEY}/klingelt?id=$call_id&phone[]=$remote&dir=inbound"
        )

    def test_fixed_values_are_left_out(self) -> None:
        rings = EndpointSpec(
            kind=EventKind.RINGING, slug="in", fixed={Role.DIRECTION: "in"}
        )
        (only,) = ready_urls(profiles()["yealink"], BASE, KEY, own_set(rings))
        assert "direction" not in only.url

    def test_an_endpoint_fixed_to_the_other_direction_does_not_fit(self) -> None:
        both = own_set(
            EndpointSpec(
                kind=EventKind.RINGING, slug="in", fixed={Role.DIRECTION: "in"}
            ),
            EndpointSpec(
                kind=EventKind.RINGING, slug="out", fixed={Role.DIRECTION: "outbound"}
            ),
        )
        urls = ready_urls(profiles()["yealink"], BASE, KEY, both)
        assert [ready.url.split("?")[0].rpartition("/")[2] for ready in urls] == [
            "in",
            "out",
        ]

    def test_what_is_switched_off_is_left_out(self) -> None:
        off = EndpointSpec(kind=EventKind.RINGING, slug="ringing", enabled=False)
        assert ready_urls(profiles()["yealink"], BASE, KEY, own_set(off)) == []

    def test_one_that_takes_post_only_is_marked(self) -> None:
        post = EndpointSpec(kind=EventKind.RINGING, slug="ringing", method="POST")
        (ready,) = ready_urls(profiles()["3cx"], BASE, KEY, own_set(post))
        assert ready.only_post


class TestWarnings:
    @pytest.mark.parametrize(("spare", "too_long"), [(0, False), (-1, True)])
    def test_an_address_longer_than_the_client_takes(
        self, spare: int, too_long: bool
    ) -> None:
        known = profiles()["yealink"]
        length = len(ready_urls(known, BASE, KEY, DEFAULT_SET)[0].url)
        short = replace(known, url_length=length + spare)
        assert ready_urls(short, BASE, KEY, DEFAULT_SET)[0].too_long is too_long

    def test_the_length_counts_a_whole_key_where_there_is_none_yet(self) -> None:
        known = profiles()["yealink"]
        length = len(ready_urls(known, BASE, KEY, DEFAULT_SET)[0].url)
        short = replace(known, url_length=length - 1)
        assert ready_urls(short, BASE, "sk_…", DEFAULT_SET)[0].too_long

    @pytest.mark.parametrize(
        ("url", "local"),
        [
            ("http://localhost:8000/x", True),
            ("http://127.0.0.1/x", True),
            ("http://[::1]:8000/x", True),
            ("http://0.0.0.0/x", True),
            ("http://192.168.1.7/x", False),
            ("https://localhost.example.com/x", False),
        ],
    )
    def test_an_address_that_leads_the_phone_to_itself(
        self, url: str, local: bool
    ) -> None:
        assert is_local(url) is local


def test_a_command_line_holds_the_address() -> None:
    (ready,) = ready_urls(profiles()["jitsi"], BASE, KEY, DEFAULT_SET)
    assert ready.text == f'curl -s "{ready.url}"'


def test_a_script_gets_addresses_key_and_names() -> None:
    names = {Role.NUMBER: "phone"}
    rings = EndpointSpec(kind=EventKind.RINGING, slug="klingelt")
    settings = own_set(rings, names=names)
    files = ready_files(profiles()["microsip"], BASE, KEY, settings, "201")
    text = next(file.text for file in files if file.name == "crm-in.cmd")
    assert f'"{BASE}/softphone/{KEY}/klingelt"' in text
    assert '"extension=201"' in text
    assert '"phone=%~1"' in text
    assert ready_files(profiles()["yealink"], BASE, KEY, settings) == []


def test_no_address_has_an_unfilled_slot() -> None:
    for profile in profiles().values():
        given = (profile, BASE, KEY, DEFAULT_SET, "201")
        texts = [ready.text for ready in ready_urls(*given)]
        texts += [file.text for file in ready_files(*given)]
        assert not [text for text in texts if "@@" in text or "{url}" in text]
        assert all(" " not in ready.url for ready in ready_urls(*given))


def test_reports_knows_fixed_and_open_directions() -> None:
    yealink, inbound = profiles()["yealink"], Direction.INBOUND
    assert yealink.reports(EventKind.MISSED, inbound)
    assert not yealink.reports(EventKind.MISSED, Direction.OUTBOUND)
    assert yealink.reports(EventKind.ENDED, Direction.OUTBOUND)
