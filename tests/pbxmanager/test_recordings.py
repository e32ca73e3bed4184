"""Recordings: what the guard lets through, and what reaches the browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone

from pbxmanager import recording_views
from pbxmanager.heard import RecordingHeard
from pbxmanager.models import Call, EndpointSet, RuleSettings
from pbxmanager.recordings import NotAllowed, NotThere, fetch, is_public, target_of
from tests.pbxmanager.office import NOON, Office, make_office
from tests.support.recording_host import HOST, RecordingHost, recording_host

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
LISTED = "recordings.example.com"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingHost]:
    with recording_host(tmp_path_factory.mktemp("host")) as running:
        yield running


@pytest.fixture
def host(started: RecordingHost, monkeypatch: pytest.MonkeyPatch) -> RecordingHost:
    """A host that the admin has allowed, inside the network."""
    monkeypatch.setenv("SSL_CERT_FILE", str(started.authority))
    allow(HOST, LISTED)
    RuleSettings(pk=1, recordings_inside=started.name).save()
    started.asked.clear()
    started.kind = "audio/wav"
    return started


@pytest.fixture
def office() -> Iterator[Office]:
    with timezone.override("Europe/Berlin"):
        yield make_office()


def allow(*hosts: str) -> None:
    EndpointSet.objects.create(name="Phones", recording_hosts=list(hosts))


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in addresses
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


def recorded(office: Office, url: str) -> Call:
    call = office.call("201")
    Call.objects.filter(pk=call.pk).update(recording_url=url)
    call.refresh_from_db()
    return call


def address(call: Call) -> str:
    return f"/pbx-manager/{call.uid}/recording/"


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


class TestTheGuard:
    @pytest.mark.parametrize(
        "url",
        [
            f"http://{LISTED}/a.wav",
            f"https://user:secret@{LISTED}/a.wav",
            f"https://{LISTED}:8443/a.wav",
            f"https://{LISTED}:99999/a.wav",
            "https://elsewhere.example.com/a.wav",
            f"https://{LISTED}.evil.example/a.wav",
            "https://[::1]/a.wav",
            "ftp://recordings.example.com/a.wav",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_refuses_what_is_not_https_on_a_listed_host(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allow(LISTED)
        resolve_to(monkeypatch, "93.184.216.34")

        with pytest.raises(NotAllowed):
            target_of(url)

    def test_lets_a_public_address_through(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allow(LISTED)
        resolve_to(monkeypatch, "93.184.216.34")
        target = target_of(f"https://{LISTED}/a%20b.wav?token=x")

        assert (target.address, target.port) == ("93.184.216.34", 443)
        assert target.path == "/a%20b.wav?token=x"

    @pytest.mark.parametrize(
        "inside",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "fe80::1%eth0",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::1",
        ],
    )
    def test_refuses_addresses_inside_the_network(
        self, inside: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allow(LISTED)
        # One bad address among good ones is enough.
        resolve_to(monkeypatch, "93.184.216.34", inside)

        assert not is_public(inside)
        with pytest.raises(NotAllowed):
            target_of(f"https://{LISTED}/a.wav")

    def test_knows_what_an_ipv6_address_stands_for(self) -> None:
        assert is_public("64:ff9b::5db8:d822")
        assert is_public("2606:4700::1111")

    def test_asks_for_the_list_at_the_time_of_playing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allow(LISTED)
        resolve_to(monkeypatch, "93.184.216.34")
        target_of(f"https://{LISTED}/a.wav")
        EndpointSet.objects.update(recording_hosts=[])

        with pytest.raises(NotAllowed):
            target_of(f"https://{LISTED}/a.wav")

    def test_follows_a_redirect_on_the_same_host_only(
        self, host: RecordingHost
    ) -> None:
        found = fetch(host.url("/moved/call.wav"), {})
        assert b"".join(found.pieces()) == host.content

        with pytest.raises(NotAllowed):
            fetch(host.url("/away"), {})
        with pytest.raises(NotThere):
            fetch(host.url("/moved/moved/moved/moved/call.wav"), {})

    def test_follows_no_redirect_to_what_is_no_address(
        self, host: RecordingHost
    ) -> None:
        with pytest.raises(NotAllowed):
            fetch(host.url("/broken"), {})

    def test_says_of_a_name_that_is_none_that_it_is_not_known(self) -> None:
        allow("a..b")
        with pytest.raises(NotThere):
            target_of("https://a..b/a.wav")

    def test_takes_nothing_but_audio(self, host: RecordingHost) -> None:
        host.kind = "text/html"

        with pytest.raises(NotThere):
            fetch(host.url(), {})

    def test_trusts_no_unknown_certificate(
        self, host: RecordingHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")

        with pytest.raises(NotThere):
            fetch(host.url(), {})

    def test_asks_for_ranges_and_tells_nothing_else(self, host: RecordingHost) -> None:
        headers = {"Range": "bytes=0-9", "Cookie": "sessionid=1", "Referer": "/x"}
        found = fetch(host.url(), headers)

        assert b"".join(found.pieces()) == host.content[:10]
        assert host.asked[0]["Range"] == "bytes=0-9"
        assert not {"Cookie", "Referer"} & host.asked[0].keys()


class TestThePlayer:
    def test_gets_the_whole_recording(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url())
        response = office.browser(office.anna).get(address(call))

        assert response.status_code == 200
        assert body(response) == host.content
        assert response["Content-Type"] == "audio/wav"
        assert response["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in response

    def test_gets_the_part_that_it_asks_for(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url())
        web = office.browser(office.anna)
        response = web.get(address(call), HTTP_RANGE="bytes=100-199")

        assert response.status_code == 206
        assert body(response) == host.content[100:200]
        assert response["Content-Range"] == f"bytes 100-199/{len(host.content)}"

        beyond = web.get(address(call), HTTP_RANGE="bytes=9999999-")
        assert beyond.status_code == 416

    def test_is_for_those_who_see_the_call(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url())

        assert office.browser(office.ben).get(address(call)).status_code == 404
        assert Client().get(address(call)).status_code == 302
        assert host.asked == []
        assert not RecordingHeard.objects.exists()

    def test_keeps_who_listened_once_for_all_pieces(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url())
        web = office.browser(office.anna)
        with time_machine.travel(NOON, tick=False):
            for first in (0, 100, 200):
                body(web.get(address(call), HTTP_RANGE=f"bytes={first}-{first + 9}"))

        kept = RecordingHeard.objects.get()
        assert (kept.call_uid, kept.user, kept.user_name) == (
            call.uid,
            office.anna,
            "Anna Schmidt",
        )
        page = office.browser(office.karin).get(call.get_absolute_url())
        assert "Listened to once" in page.text
        assert "Listened to" not in web.get(call.get_absolute_url()).text

    def test_never_learns_the_address(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url("/call.wav?token=secret"))
        page = office.browser(office.anna).get(call.get_absolute_url()).text

        assert f'src="{address(call)}"' in page
        assert "token=secret" not in page
        assert host.name not in page

    def test_says_so_where_the_host_gives_nothing(
        self, office: Office, host: RecordingHost
    ) -> None:
        host.kind = "text/html"
        call = recorded(office, host.url())
        response = office.browser(office.anna).get(address(call))

        assert response.status_code == 502
        assert not RecordingHeard.objects.exists()

    def test_gets_nothing_from_a_host_taken_off_the_list(
        self, office: Office, host: RecordingHost
    ) -> None:
        call = recorded(office, host.url())
        EndpointSet.objects.update(recording_hosts=[])

        assert office.browser(office.anna).get(address(call)).status_code == 404
        assert host.asked == []


def test_no_stream_holds_a_connection_to_the_database(
    office: Office, host: RecordingHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    for module in ("recordings", "recording_views"):
        monkeypatch.setattr(
            f"pbxmanager.{module}.let_go_of_database",
            partial(given_back.append, module),
        )
    found = fetch(host.url(), {})
    assert given_back == ["recordings"]

    async def first_piece() -> bytes:
        stream = recording_views._in_threads(found)
        try:
            return await anext(stream)
        finally:
            await stream.aclose()

    assert host.content.startswith(async_to_sync(first_piece)())
    assert given_back == ["recordings", "recording_views"]


@pytest.mark.usefixtures("office")
def test_limits_hold(host: RecordingHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbxmanager.recordings.LARGEST", 1_000)
    with pytest.raises(NotThere):
        fetch(host.url(), {})

    found = fetch(host.url(), {"Range": "bytes=0-99"})
    monkeypatch.setattr("pbxmanager.recordings.time.monotonic", lambda: float("inf"))
    assert b"".join(found.pieces()) == b""
