from __future__ import annotations

from pathlib import Path

import pytest

from crmplus import vendor


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node_modules folder that has htmx and nothing else."""
    file = tmp_path / vendor.FILES["vendor/htmx.js"]
    file.parent.mkdir(parents=True)
    file.write_text("htmx", encoding="ascii")
    monkeypatch.setattr(vendor, "NODE_MODULES", tmp_path)
    return file


def test_a_file_is_found_by_its_public_name(packages: Path) -> None:
    finder = vendor.NodePackagesFinder()

    assert finder.find("vendor/htmx.js") == str(packages)
    assert finder.find("vendor/htmx.js", find_all=True) == [str(packages)]


@pytest.mark.parametrize(
    "name", ["vendor/tabler.css", "vendor/other.js", "../package.json", ""]
)
def test_nothing_else_is_found(packages: Path, name: str) -> None:
    finder = vendor.NodePackagesFinder()

    assert finder.find(name) is None
    assert finder.find(name, find_all=True) == []


def test_collecting_copies_under_the_public_names(packages: Path) -> None:
    found = dict(vendor.NodePackagesFinder().list(["*tabler*"]))

    assert "vendor/tabler.css" not in found
    with found["vendor/htmx.js"].open("vendor/htmx.js") as file:
        assert file.read() == b"htmx"


def test_missing_packages_are_listed(packages: Path) -> None:
    assert packages not in vendor.missing()
    assert len(vendor.missing()) == len(vendor.FILES) - 1


def test_its_own_check_says_nothing() -> None:
    assert vendor.NodePackagesFinder().check() == []
