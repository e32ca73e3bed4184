"""Runs every gate and says how each ended: ``python -m tests.gates [--fast [ARG…]]``.

All run, also after one has failed; the exit code is 0 only where none did.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from crmplus.conf import BASE_DIR
from tests.gates.programs import provide

PACKAGES = ("crmplus", "pbxmanager", "softphone_connector")
QUICK = (
    "not postgres and not redis and not browser and not softphone and not slow"
    " and not races"
)
DAILY = f"{QUICK} and (core or not thorough)"
RACES = "tests/pbxmanager/test_races.py"
# Reading it alone writes hundreds of requests, and all of it is slow.
ATTACKS = "tests/crmplus/api/test_api_attacks.py"
# Many containers forbid it; without byte code every start compiles all tests anew.
KEEP_BYTE_CODE = {"PYTHONDONTWRITEBYTECODE": ""}
# The rules and the pipeline, where not one branch may be untested.
PIPELINE = (
    "crmplus/phonebook/normalise.py",
    "pbxmanager/events.py",
    "pbxmanager/told.py",
    "pbxmanager/legs.py",
    "pbxmanager/outcomes.py",
    "pbxmanager/state.py",
    "pbxmanager/gathering.py",
    "pbxmanager/ring_groups.py",
    "pbxmanager/joining.py",
    "pbxmanager/identity.py",
    "pbxmanager/conversations.py",
    "pbxmanager/saving.py",
    "pbxmanager/recorder*",
)
PRODUCTION = {
    "SECRET_KEY": "a production key is at least this long, and random: 7Qx!e0fV2#",
    "HTTPS": "1",
    "ALLOWED_HOSTS": "crm.example.com",
    "BASE_URL": "https://crm.example.com",
}
CLOSING_LINE = re.compile(r"=+ .*\b(passed|failed|error|no tests).* in [\d.]+s.*=+")


@dataclass(frozen=True)
class Gate:
    """One command that must succeed; ``environ`` is added to its environment."""

    name: str
    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a gate ended: its time in seconds, its output, and pytest's last word."""

    gate: Gate
    passed: bool
    seconds: float
    output: str

    @property
    def closing_line(self) -> str:
        """What pytest counted, "" for another tool."""
        plain = re.sub(r"\x1b\[[0-9;]*m", "", self.output)
        found = [line for line in plain.splitlines() if CLOSING_LINE.match(line)]
        return found[-1] if found else ""


def tool(*words: str) -> tuple[str, ...]:
    """A command of a Python package in this environment."""
    return (sys.executable, "-m", *words)


def script(*words: str) -> tuple[str, ...]:
    """A program that a Python package brought into this environment."""
    return (os.path.join(os.path.dirname(sys.executable), words[0]), *words[1:])  # noqa: PTH118, PTH120


def templates() -> list[str]:
    """All templates of the product."""
    return [
        str(path.relative_to(BASE_DIR))
        for package in PACKAGES
        for path in sorted((BASE_DIR / package).glob("**/templates/**/*.html"))
    ]


def style_gates() -> list[Gate]:
    """What ruff finds within a second."""
    return [
        Gate("format", tool("ruff", "format", "--check", ".")),
        Gate("lint", tool("ruff", "check", ".")),
    ]


def static_gates(data: str) -> list[Gate]:
    """What can be said without running the product's code; ``data`` is scratch."""
    tests = {"DJANGO_SETTINGS_MODULE": "tests.support.settings"}
    production = {**PRODUCTION, "CRMPLUS_DATA": data}
    manage = (sys.executable, "-W", "error", "manage.py")
    return [
        *style_gates(),
        Gate("types", tool("mypy", *PACKAGES, "bench", "tests/support", "tests/gates")),
        Gate("import contracts", script("lint-imports", "--no-cache"), tests),
        Gate(
            "template format",
            script("djade", "--check", "--target-version", "5.2", *templates()),
        ),
        # H043: a button without a type submits its form, which is what ours do.
        Gate(
            "template lint",
            script("djlint", "--lint", "--quiet", "--ignore=H043", *templates()),
        ),
        Gate(
            "production settings",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            production,
        ),
        Gate("migrations", (*manage, "makemigrations", "--check", "--dry-run"), tests),
    ]


def pytest_gate(name: str, *arguments: str, **environ: str) -> Gate:
    """A run of pytest on two cores; tests of one group stay together."""
    parallel = ("-n", "2", "--dist", "loadgroup")
    return Gate(name, tool("pytest", "-q", *parallel, *arguments), environ)


def test_gates() -> list[Gate]:
    """The races, which tracing would slow; the tests, what talks to the database once
    more on PostgreSQL, and what all of them covered."""
    cover = ("--cov", "--cov-branch", "--cov-report=")
    report = tool("coverage", "report", "--precision=1")
    return [
        pytest_gate("races", RACES),
        pytest_gate(
            "tests on PostgreSQL",
            *cover,
            "-m",
            QUICK,
            TEST_DB="postgres",
        ),
        pytest_gate(
            "tests", *cover, "--cov-append", "--durations=20", f"--ignore={RACES}"
        ),
        Gate("coverage of all", (*report, "--fail-under=95")),
        Gate(
            "coverage of the pipeline",
            (*report, "--fail-under=100", f"--include={','.join(PIPELINE)}"),
        ),
    ]


def run(gate: Gate, *, show: bool) -> Outcome:
    """Run one gate; ``show`` prints its output as it comes."""
    began = time.monotonic()
    lines = []
    with subprocess.Popen(
        gate.command,
        cwd=BASE_DIR,
        env={**os.environ, **KEEP_BYTE_CODE, **gate.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if show:
                say(line.rstrip("\n"))
    return Outcome(
        gate, process.returncode == 0, time.monotonic() - began, "".join(lines)
    )


def run_together(gates: Iterable[Gate]) -> list[Outcome]:
    """Run gates side by side, and show what those that failed have to say."""
    outcomes = []
    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(lambda gate: run(gate, show=False), gates):
            say(result(outcome))
            if not outcome.passed:
                say(outcome.output)
            outcomes.append(outcome)
    return outcomes


def run_in_turn(gates: Iterable[Gate]) -> list[Outcome]:
    """Run gates one after the other, shown as they go."""
    outcomes = []
    for gate in gates:
        say(f"\n--- {gate.name} ---")
        outcomes.append(run(gate, show=True))
    return outcomes


def say(text: str) -> None:
    """Print at once, also into a file."""
    print(text, flush=True)  # noqa: T201  (the programme's output)


def result(outcome: Outcome) -> str:
    """One line of the summary."""
    word = "ok" if outcome.passed else "FAILED"
    count = outcome.closing_line.strip("= ")
    return f"{outcome.gate.name:<26} {word:<7} {outcome.seconds:6.1f} s  {count}"


def finish(outcomes: list[Outcome]) -> int:
    """Print the summary, then pytest's closing line of the last run; the exit code."""
    failed = [outcome.gate.name for outcome in outcomes if not outcome.passed]
    say("\n--- summary ---")
    for outcome in outcomes:
        say(result(outcome))
    say(f"\nfailed: {', '.join(failed)}" if failed else "\nevery gate passed")
    closing = [outcome.closing_line for outcome in outcomes if outcome.closing_line]
    if closing:
        say(closing[-1])
    return 1 if failed else 0


def fast(arguments: list[str]) -> int:
    """The daily subset; with arguments all quick tests that they name."""
    quick = ("--hypothesis-profile=quick", "--no-migrations", f"--ignore={ATTACKS}")
    chosen = ("-m", QUICK, *arguments) if arguments else ("-m", DAILY)
    before = [] if arguments else run_together(style_gates())
    return finish([*before, *run_in_turn([pytest_gate("tests", *quick, *chosen)])])


def everything() -> int:
    """All gates."""
    provide()
    with tempfile.TemporaryDirectory(prefix="crmplus-production-") as data:
        outcomes = run_together(static_gates(data))
    return finish([*outcomes, *run_in_turn(test_gates())])


def main(arguments: list[str]) -> int:
    """What the command line asks for; the exit code."""
    if arguments[:1] == ["--fast"]:
        return fast(arguments[1:])
    if arguments:
        say("bin/test takes no arguments but --fast.")
        return 2
    return everything()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
