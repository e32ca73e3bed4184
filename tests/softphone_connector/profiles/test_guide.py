"""``ADDING_A_PBX.md`` names what there is."""

from __future__ import annotations

import re

import pytest

from crmplus.conf import BASE_DIR
from softphone_connector.pbx import fritzbox

GUIDE = (BASE_DIR / "ADDING_A_PBX.md").read_text("utf-8")
PATH = re.compile(r"`((?:bin|crmplus|softphone_connector|tests)/[^\s`]*)`")
PATHS = sorted(set(PATH.findall(GUIDE)))
# What stands in for the name of a client that there is already.
EXAMPLES = {"<key>": "placetel", "<kind>": "placetel"}


@pytest.mark.parametrize("path", PATHS)
def test_the_guide_names_files_that_are_there(path: str) -> None:
    for name, example in EXAMPLES.items():
        path = path.replace(name, example)
    bridge = "tests/softphone_connector/pbx/placetel/"
    path = path.replace(bridge, bridge.replace("placetel", "fritzbox"))
    assert (BASE_DIR / path).exists(), path


def test_the_guide_names_the_profiles_to_begin_with() -> None:
    data = BASE_DIR / "softphone_connector" / "profiles" / "data"
    named = re.findall(r"`([\w-]+\.toml)`", GUIDE)
    assert named
    assert all((data / name).is_file() for name in named)


def test_a_bridge_has_the_modules_that_the_guide_names() -> None:
    folder = BASE_DIR.joinpath(*fritzbox.__name__.split("."))
    for name in ("reports.py", "bridge.py", "__main__.py", "README.md"):
        assert f"`{name}`" in GUIDE
        assert (folder / name).is_file()
    for name in ("following.py", "sending.py", "options.py"):
        assert (BASE_DIR / "softphone_connector" / "bridges" / name).is_file()


def test_the_readme_leads_to_the_guide() -> None:
    assert "(ADDING_A_PBX.md)" in (BASE_DIR / "README.md").read_text("utf-8")
