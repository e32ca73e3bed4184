"""The FRITZ!Box bridge as a program, alone and as ``manage.py bridge``."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from softphone_connector.bridges import options
from softphone_connector.pbx.baresip import __main__ as baresip
from softphone_connector.pbx.fritzbox import __main__ as program

KEY = "sk_a-secret-of-the-phone"


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program sets up the signals and the log of its process: not of this one."""
    monkeypatch.setattr(signal, "signal", lambda *args: None)
    monkeypatch.setattr(logging, "basicConfig", lambda **given: None)
    monkeypatch.setenv(options.KEY_VARIABLE, KEY)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the bridges began to listen with; they are ended by a signal at once."""
    given: list[object] = []

    def listen(place: object, put: object, what: object) -> None:
        given.extend([place, what])
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "listen", listen)
    monkeypatch.setattr(baresip, "listen", listen)
    return given


def test_alone(heard: list[object]) -> None:
    program.main(["--url", "https://crm.example", "--map", "200893=201"])
    assert heard == [("fritz.box", 1012), {"200893": ("201",)}]


def test_as_a_command_of_the_crm(heard: list[object], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    maps = ["--map", "200893=201,202", "--map", "**610=202"]
    place = ["--host", "192.0.2.1", "--port", "21012", "--key-file", str(file)]
    call_command("bridge", "fritzbox", *place, *maps)
    assert heard == [
        ("192.0.2.1", 21012),
        {"200893": ("201", "202"), "10": ("202",)},
    ]


def test_baresip_as_a_command_of_the_crm(heard: list[object]) -> None:
    call_command("bridge", "baresip", "--url", "http://127.0.0.1:9")
    assert heard == [("127.0.0.1", 4444), ""]


@pytest.mark.parametrize(
    "options",
    [["--port", "0"], ["--port", "x"], ["--map", "200893"], ["--url", "crm"]],
)
def test_what_it_refuses(options: list[str], heard: list[object]) -> None:
    with pytest.raises(CommandError):
        call_command("bridge", "fritzbox", *options)
    assert heard == []


def test_a_client_must_be_named() -> None:
    with pytest.raises(CommandError, match="client"):
        call_command("bridge")
