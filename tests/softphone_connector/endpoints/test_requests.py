"""What the headers and the path of a request tell."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone_connector.endpoints.requests import (
    EventRequest,
    client_address,
    key_in,
)


def request(**parts: object) -> EventRequest:
    return EventRequest(**({"method": "GET", "path": ""} | parts))  # type: ignore[arg-type]


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("path", "authorization", "expected"),
    [
        ("sk_abc/ringing", "", ("sk_abc", "ringing")),
        ("sk_abc/ringing/", "", ("sk_abc", "ringing")),
        ("/sk_abc//ringing", "", ("sk_abc", "ringing")),
        ("sk_abc", "", ("sk_abc", "")),
        ("sk_abc/", "", ("sk_abc", "")),
        ("sk_abc/a/b", "", ("sk_abc", "a/b")),
        ("ringing", "Bearer sk_x", ("sk_x", "ringing")),
        ("ringing/", basic("201:sk_x"), ("sk_x", "ringing")),
        ("", "Bearer sk_x", ("sk_x", "")),
        ("sk_abc/ringing", "Bearer sk_x", ("sk_abc", "ringing")),
        ("ringing", "", ("", "ringing")),
        ("", "", ("", "")),
    ],
)
def test_the_key_is_in_the_path_or_in_the_authorization(
    path: str, authorization: str, expected: tuple[str, str]
) -> None:
    headers = {"authorization": authorization}
    assert request(path=path, headers=headers).address() == expected


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("bearer  sk_x ", "sk_x"),
        (basic(":sk_x"), "sk_x"),
        (basic("a:b:c"), "b:c"),
        (basic("sk_x"), ""),
        ("Basic !!!", ""),
        ("Basic", ""),
        ("Digest sk_x", ""),
        ("sk_x", ""),
    ],
)
def test_the_authorization_is_bearer_or_basic(header: str, key: str) -> None:
    assert key_in(header) == key


@given(st.text())
def test_any_authorization_can_be_read(header: str) -> None:
    assert key_in(header) in header or header.lower().strip().startswith("basic")


@pytest.mark.parametrize(
    ("method", "headers", "only_looks"),
    [
        ("GET", {}, False),
        ("POST", {"user-agent": "Yealink SIP-T46S 66.85.0.5"}, False),
        ("GET", {"user-agent": "Mozilla/5.0 (compatible; snomD785-SIP)"}, False),
        ("HEAD", {}, True),
        ("GET", {"sec-purpose": "prefetch;prerender"}, True),
        ("GET", {"purpose": "prefetch"}, True),
        ("GET", {"x-purpose": "preview"}, True),
        ("GET", {"x-moz": "prefetch"}, True),
        ("GET", {"user-agent": "Slackbot-LinkExpanding 1.0"}, True),
        ("GET", {"user-agent": "WhatsApp/2.23.20.0"}, True),
        ("GET", {"user-agent": "facebookexternalhit/1.1"}, True),
    ],
)
def test_who_only_looks_is_told_from_phones(
    method: str, headers: dict[str, str], only_looks: bool
) -> None:
    assert request(method=method, headers=headers).only_looks is only_looks


@pytest.mark.parametrize(
    ("headers", "is_navigation"),
    [
        ({}, False),
        ({"accept": "*/*"}, False),
        ({"accept": "text/html,application/xhtml+xml"}, True),
        ({"sec-fetch-mode": "navigate", "accept": "*/*"}, True),
        ({"sec-fetch-mode": "cors", "accept": "text/html"}, False),
    ],
)
def test_a_browsers_navigation_is_known(
    headers: dict[str, str], is_navigation: bool
) -> None:
    assert request(headers=headers).is_navigation is is_navigation


@pytest.mark.parametrize(
    ("accept", "wants"),
    [
        ("application/problem+json", True),
        ("application/json, */*", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_problem_details_come_where_they_are_asked_for(
    accept: str, wants: bool
) -> None:
    assert request(headers={"accept": accept}).wants_problem is wants


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ("", 0, "10.0.0.1"),
        ("6.6.6.6", 0, "10.0.0.1"),
        ("", 1, "10.0.0.1"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"),
        ("1.2.3.4", 2, "1.2.3.4"),
        (" , ", 1, "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_say_where_a_request_came_from(
    forwarded: str, trusted: int, address: str
) -> None:
    assert client_address("10.0.0.1", forwarded, trusted) == address


def test_the_limits_are_8_kilobytes_of_url_and_64_of_body() -> None:
    assert not request(query=b"x" * 8_000).is_too_long
    assert request(query=b"x" * 8_192).is_too_long
    assert request(path="ä" * 4_200).is_too_long
    assert not request(body=b"x" * 65_536).is_too_large
    assert request(body=b"x" * 65_537).is_too_large
