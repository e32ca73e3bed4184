"""The bridge as a program on an agent's machine."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crmplus.conf import BASE_DIR
from softphone_connector.bridges import options
from softphone_connector.pbx.baresip import __main__ as program

PACKAGE = Path("softphone_connector/pbx/baresip")
BRIDGES = Path("softphone_connector/bridges")
KEY = "sk_a-secret-of-the-phone"


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program sets up the signals and the log of its process: not of this one."""
    monkeypatch.setattr(signal, "signal", lambda *args: None)
    monkeypatch.setattr(logging, "basicConfig", lambda **options: None)
    monkeypatch.delenv(options.KEY_VARIABLE, raising=False)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the program began to listen with; it is ended by a signal at once."""
    given: list[object] = []

    def listen(ctrl: object, put: object, extension: str) -> None:
        given.extend([ctrl, extension])
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "listen", listen)
    return given


def test_it_takes_the_key_from_a_file(heard: list[object], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    arguments = ["--url", "https://crm.example/", "--key-file", str(file)]
    program.main([*arguments, "--ctrl", "[::1]:4445", "--extension", "250"])
    assert heard == [("::1", 4445), "250"]


def test_it_takes_the_key_from_the_environment(
    heard: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(options.KEY_VARIABLE, KEY)
    program.main(["--url", "http://crm.example"])
    assert heard == [("127.0.0.1", 4444), ""]


@pytest.mark.parametrize(
    "text", ["", "secret", "sk_", "sk_with space", "sk_a\nb", "sk_ü"]
)
def test_it_says_where_there_is_no_key(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(SystemExit, match="there is no softphone key"):
        program.main(["--url", "https://crm.example", "--key-file", str(file)])


def test_it_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"cannot be read.*nowhere"):
        options.key_in(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "url",
    [
        "crm.example",
        "ftp://crm.example",
        "https://",
        "https://anna:pw@crm.example",
        "https://crm.example/?a=b",
        "https://crm.example:0",
    ],
)
def test_it_refuses_what_is_no_address_of_a_crm(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        program.main(["--url", url])
    assert "--url" in capsys.readouterr().err


@pytest.mark.parametrize("ctrl", ["4444", ":4444", "host:", "host:0", "host:70000"])
def test_it_refuses_what_is_no_address_of_a_baresip(ctrl: str) -> None:
    with pytest.raises(SystemExit):
        program.main(["--url", "https://crm.example", "--ctrl", ctrl])


def test_it_runs_alone_with_the_standard_library_and_ends_when_asked(
    tmp_path: Path,
) -> None:
    for folder in (PACKAGE, BRIDGES):
        shutil.copytree(BASE_DIR / folder, tmp_path / folder)
    for folder in (PACKAGE.parent, PACKAGE.parent.parent):
        shutil.copy(BASE_DIR / folder / "__init__.py", tmp_path / folder)
    command = [sys.executable, "-S", "-m", ".".join(PACKAGE.parts)]
    command += ["--url", "http://127.0.0.1:9", "--ctrl", "127.0.0.1:9"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={options.KEY_VARIABLE: KEY},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        assert "No connection to baresip" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
