"""The gates' own work: all run, and one failure is enough."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from crmplus.conf import BASE_DIR
from tests.gates import __main__ as gates
from tests.gates import programs
from tests.gates.__main__ import Gate, Outcome, finish, run_in_turn, run_together
from tests.support import services

SUMMARY = "===== 2 failed, 310 passed, 1 skipped in 61.20s (0:01:01) ====="


def python(name: str, code: str) -> Gate:
    return Gate(name, (sys.executable, "-c", code), {"WORD": "said"})


GOOD = python("good", "import os; print(os.environ['WORD'])")
BAD = python("bad", "print('what is wrong'); raise SystemExit(3)")
TESTS = python("tests", f"print('{SUMMARY}'); raise SystemExit(1)")


@pytest.mark.parametrize("how", [run_together, run_in_turn])
def test_all_gates_run_also_after_a_failure(
    how: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = how([BAD, GOOD])

    assert [outcome.passed for outcome in outcomes] == [False, True]
    assert outcomes[1].output == "said\n"
    assert "what is wrong" in capsys.readouterr().out


def test_one_failure_fails_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(run_together([GOOD, BAD])) == 1
    assert "failed: bad" in capsys.readouterr().out

    assert finish(run_together([GOOD])) == 0
    assert "every gate passed" in capsys.readouterr().out


def test_what_pytest_counted_is_the_last_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert finish(run_in_turn([TESTS, GOOD])) == 1

    assert capsys.readouterr().out.splitlines()[-1] == SUMMARY


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (SUMMARY, True),
        ("\x1b[32m==== \x1b[1m5 passed\x1b[0m in 0.31s ====\x1b[0m", True),
        ("====== no tests ran in 0.01s ======", True),
        ("====== short test summary info ======", False),
        ("1 passed in the meantime", False),
    ],
)
def test_a_closing_line_is_known_by_its_form(line: str, counts: bool) -> None:
    outcome = Outcome(GOOD, passed=True, seconds=1.0, output=f"a\n{line}\nb\n")

    assert bool(outcome.closing_line) is counts


def test_each_gate_of_the_house_is_there() -> None:
    names = [gate.name for gate in [*gates.static_gates("data"), *gates.test_gates()]]

    assert names == [
        "format",
        "lint",
        "types",
        "import contracts",
        "template format",
        "template lint",
        "production settings",
        "migrations",
        "races",
        "tests on PostgreSQL",
        "tests",
        "coverage of all",
        "coverage of the pipeline",
    ]


def test_the_races_run_once_and_are_not_traced() -> None:
    races, *others = [gate for gate in gates.test_gates() if "pytest" in gate.command]

    assert gates.RACES in races.command
    assert "--cov" not in races.command
    for gate in others:
        assert "--cov" in gate.command
        assert {gates.QUICK, f"--ignore={gates.RACES}"} & set(gate.command)


@pytest.mark.parametrize("path", [gates.RACES, gates.ATTACKS])
def test_files_that_gates_name_are_there(path: str) -> None:
    assert (BASE_DIR / path).is_file()


@pytest.mark.parametrize(
    ("marks", "quick", "daily"),
    [
        (set(), True, True),
        ({"thorough"}, True, False),
        ({"thorough", "core"}, True, True),
        ({"slow"}, False, False),
        ({"browser", "core"}, False, False),
        ({"races"}, False, False),
    ],
)
def test_which_tests_are_quick_and_which_are_for_every_day(
    marks: set[str], quick: bool, daily: bool
) -> None:
    def is_marked(name: str, /, **_: object) -> bool:
        return name in marks

    def chosen(expression: str) -> bool:
        return Expression.compile(expression).evaluate(is_marked)

    assert (chosen(gates.QUICK), chosen(gates.DAILY)) == (quick, daily)


def test_gates_keep_byte_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    keeps = python("keeps", "import sys; raise SystemExit(sys.dont_write_bytecode)")

    assert run_in_turn([keeps])[0].passed


@pytest.fixture
def few_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates that are quick and good."""
    monkeypatch.setattr(gates, "provide", lambda: None)
    monkeypatch.setattr(gates, "style_gates", lambda: [python("style", "")])
    monkeypatch.setattr(gates, "static_gates", lambda data: [python("static", "")])
    monkeypatch.setattr(gates, "test_gates", lambda: [python("all tests", "")])
    monkeypatch.setattr(
        gates, "pytest_gate", lambda name, *words: python(" ".join(words), "")
    )


@pytest.mark.usefixtures("few_gates")
@pytest.mark.parametrize(
    ("arguments", "code", "ran"),
    [
        ([], 0, ["static", "all tests"]),
        (["--fast"], 0, ["style", "--hypothesis-profile=quick", gates.DAILY]),
        (["--fast", "tests/gates"], 0, [f"-m {gates.QUICK} tests/gates"]),
        (["--quick"], 2, ["takes no arguments"]),
    ],
)
def test_the_command_line(
    arguments: list[str], code: int, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gates.main(arguments) == code

    said = capsys.readouterr().out
    assert [word for word in ran if word not in said] == []
    assert ("style" in said) is (arguments == ["--fast"])


@pytest.mark.parametrize(
    ("user", "installed", "allowed", "command"),
    [
        (0, ["apt-get"], True, ["/bin/apt-get"]),
        (1000, ["apt-get", "sudo"], True, ["/bin/sudo", "-n", "/bin/apt-get"]),
        (1000, ["apt-get", "sudo"], False, []),
        (1000, ["apt-get"], True, []),
        (0, [], True, []),
    ],
)
def test_who_may_install_packages(
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    installed: list[str],
    allowed: bool,
    command: list[str],
) -> None:
    def program(name: str) -> str:
        return f"/bin/{name}" if name in installed else ""

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0 if allowed else 1)

    monkeypatch.setattr(services, "program", program)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("os.geteuid", lambda: user)

    assert programs.apt_get() == command


def test_what_is_missing_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need = programs.Need("Gramophone", lambda: "", "GRAMOPHONE", "gramophone")
    monkeypatch.setattr(programs, "NEEDS", (need,))
    monkeypatch.setattr(programs, "apt_get", list)

    programs.provide()

    said = capsys.readouterr().err
    assert "Missing: Gramophone" in said
    assert "(Debian: gramophone), or set GRAMOPHONE" in said


def test_what_is_missing_is_installed_where_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf: list[str] = []
    commands: list[list[str]] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        shelf.append("gramophone")
        return subprocess.CompletedProcess(command, 0)

    need = programs.Need("Gramophone", lambda: shelf, "", "gramophone")
    monkeypatch.setattr(programs, "NEEDS", (need,))
    monkeypatch.setattr(programs, "apt_get", lambda: ["apt-get"])
    monkeypatch.setattr(subprocess, "run", run)

    programs.provide()

    assert commands[-1][-1] == "gramophone"
    assert capsys.readouterr().err == (
        "Installing from the system's packages: gramophone\n"
    )


def test_what_the_environment_names_is_not_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need = programs.Need("Gramophone", lambda: "", "GRAMOPHONE", "gramophone")
    monkeypatch.setattr(programs, "NEEDS", (need,))
    monkeypatch.setenv("GRAMOPHONE", "/opt/gramophone")

    assert programs.lacking() == []


def test_continuous_integration_calls_all_of_it() -> None:
    script = (BASE_DIR / ".ci" / "run").read_text(encoding="ascii")

    assert script.splitlines() == ["#!/bin/sh", 'exec "$(dirname "$0")/../bin/test"']
