from __future__ import annotations

import runpy
import socket
from typing import Any

import pytest

from crmplus import lan


class Probe:
    """A socket that reaches others from ``address``, "" for none."""

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self, *args: object) -> Probe:
        return self

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *args: object) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        if not self.address:
            raise OSError("Network is unreachable")

    def getsockname(self) -> tuple[str, int]:
        return (self.address, 40000)


def machine(
    patch: pytest.MonkeyPatch, address: str, name: str, *addresses: str
) -> None:
    def getaddrinfo(name: str, *args: Any) -> list[Any]:
        if not addresses:
            raise socket.gaierror
        return [(2, 1, 6, "", (entry, 0)) for entry in addresses]

    patch.setattr(socket, "socket", Probe(address))
    patch.setattr(socket, "gethostname", lambda: name)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_the_address_that_others_see_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, "192.0.2.9", "CRM-Box", "10.0.0.4", "192.0.2.9")

    assert lan.lan_names() == ["192.0.2.9", "10.0.0.4", "crm-box"]


def test_loopback_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "192.0.2.9", "localhost", "127.0.1.1")

    assert lan.lan_names() == ["192.0.2.9"]


def test_a_machine_without_network_has_its_name_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, "", "box")

    assert lan.lan_names() == ["box"]


def test_a_name_that_no_address_can_have_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, "", "anna's box")

    assert lan.lan_names() == []


def test_it_prints_a_name_per_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(monkeypatch, "192.0.2.9", "box")

    with pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("crmplus.lan", run_name="__main__")

    assert capsys.readouterr().out == "192.0.2.9\nbox\n"


def test_it_works_on_this_machine() -> None:
    assert "127.0.0.1" not in lan.lan_names()
