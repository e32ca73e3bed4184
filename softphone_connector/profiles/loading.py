"""All profiles, read once from their files. Pure: knows no Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from softphone_connector.profiles.reading import ProfileError, read
from softphone_connector.profiles.shape import Profile

FOLDER = Path(__file__).parent / "data"


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by their key, in the order of their names.

    Raises ProfileError, which names every file that can't be used.
    """
    found, wrong = _read_all(FOLDER)
    if wrong:
        raise ProfileError("; ".join(wrong))
    by_name = sorted(found, key=lambda known: known.name.casefold())
    return MappingProxyType({known.key: known for known in by_name})


def profile(key: str) -> Profile | None:
    """The profile with a key, None for "" and for one that is there no more."""
    return profiles().get(key)


def faults(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the files of a folder, in words."""
    return _read_all(folder)[1]


def _read_all(folder: Path) -> tuple[list[Profile], list[str]]:
    found: list[Profile] = []
    wrong: list[str] = []
    for key, text in _files(folder):
        try:
            found.append(read(key, text))
        except ProfileError as error:
            wrong.append(str(error))
    if not found and not wrong:
        wrong.append(f"{folder} holds no profile")
    return found, wrong


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, path.read_text(encoding="utf-8")
