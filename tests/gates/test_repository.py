"""The repository speaks of the product alone, and its lists fit together."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from crmplus import checks
from crmplus.conf import BASE_DIR

# Written so that this file doesn't find itself.
FORBIDDEN = {
    "a package registry": re.compile(
        r"(?:pypi|files\.python[h]osted|registry\.np[m]js)\.org"
    ),
    "a path of one machine": re.compile(
        r"/(?:ho[m]e|User[s]|wor[k]|roo[t]|opt/py[p]i)/[\w.-]+"
    ),
    "a word to do later": re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b"),
}
TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    "",
}


def tracked() -> list[Path]:
    """The files of the repository, those to be added included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    paths = [BASE_DIR / name for name in listed if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXT]


def test_it_names_no_registry_machine_or_postponed_work() -> None:
    found = [
        f"{path.relative_to(BASE_DIR)}: {name}: {match.group()}"
        for path in tracked()
        for name, pattern in FORBIDDEN.items()
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    ]

    assert found == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_has_every_requirement_with_hashes(name: str) -> None:
    wanted = re.findall(
        r"^(\w[\w.-]*)",
        (BASE_DIR / f"{name}.txt").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    lock = (BASE_DIR / f"{name}.lock").read_text(encoding="utf-8")
    locked = re.findall(
        r"^([\w.-]+)(?:\[[^\]]*\])?==\S+.*\\\n +--hash=sha256:", lock, re.MULTILINE
    )

    plain = {re.sub(r"[._-]+", "-", package).lower() for package in locked}
    assert {re.sub(r"[._-]+", "-", package).lower() for package in wanted} <= plain
    assert len(locked) == lock.count("==") - lock.count(" == ")


def test_the_guide_explains_every_setting_and_every_check() -> None:
    guide = (BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    code = (BASE_DIR / "crmplus" / "conf.py").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:read|text|folder)\(\s*\"([A-Z_]+)\"", code))
    checked = set(
        re.findall(r"[EW]\d{3}", code + Path(checks.__file__).read_text("utf-8"))
    )

    assert len(named) > 10
    assert [name for name in sorted(named) if f"`{name}`" not in guide] == []
    assert [name for name in sorted(checked) if f"`crmplus.{name}`" not in guide] == []


def test_the_package_brings_all_apps() -> None:
    apps = [
        app
        for app in settings.INSTALLED_APPS
        if (BASE_DIR / app.replace(".", "/")).exists()
    ]

    for app in apps:
        assert (BASE_DIR / app.replace(".", "/") / "__init__.py").exists()
    assert {"crmplus", "pbxmanager", "softphone_connector"} <= set(apps)
