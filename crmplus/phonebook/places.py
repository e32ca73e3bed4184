"""Where numbers are: towns and countries, without a price in memory.

The library keeps the towns of the world in 190 MB of dictionaries, which take
seconds to load. They are written once into a small SQLite file instead. Until it is
there, a number has a country only. Pure: ``python -m crmplus.phonebook.places FILE``
writes the file, in a process that gives its memory back.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

import phonenumbers

LANGUAGES = ("en", "de", "pl")
LONGEST = 10  # digits of the longest beginning that names a town; checked by a test
SELECT = "SELECT prefix, en, de, pl FROM towns WHERE prefix IN ({})"


def towns_file(folder: Path) -> Path:
    """The file of towns in a folder; another release of the data has another."""
    return folder / f"towns-{phonenumbers.__version__}.sqlite3"


def ensure(file: Path) -> None:
    """Write the file of towns if it is not there, in a process of its own."""
    if not file.exists():
        command = [sys.executable, "-m", "crmplus.phonebook.places", str(file)]
        root = Path(__file__).resolve().parents[2]
        subprocess.run(command, check=True, cwd=root)  # noqa: S603


def build(file: Path, data: Mapping[str, Mapping[str, str]]) -> None:
    """Write the names that beginnings of numbers have, at once or not at all."""
    rows = (
        (int(prefix), *(names.get(language) for language in LANGUAGES))
        for prefix, names in data.items()
        if any(language in names for language in LANGUAGES)
    )
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as base, base:
        base.execute("CREATE TABLE towns (prefix INTEGER PRIMARY KEY, en, de, pl)")
        base.executemany("INSERT INTO towns VALUES (?, ?, ?, ?)", rows)
    unfinished.replace(file)


def town(number: phonenumbers.PhoneNumber, language: str, file: Path) -> str:
    """The town of a number, in English where it has no name in the language."""
    kind = phonenumbers.number_type(number)
    if not file.exists() or not phonenumbers.is_number_type_geographical(
        kind, number.country_code or 0
    ):
        return ""
    return _town(_digits(number), language, file)


@lru_cache(maxsize=16_384)
def _town(digits: str, language: str, file: Path) -> str:
    beginnings = [int(digits[:end]) for end in range(1, min(len(digits), LONGEST) + 1)]
    query = SELECT.format(",".join("?" * len(beginnings)))
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
        found = base.execute(query, beginnings).fetchall()
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    names = (row[1 + column] or row[1] for row in sorted(found, reverse=True))
    return next((name for name in names if name), "")


def country_names(language: str) -> dict[str, str]:
    """The names of all countries by their code (ISO 3166-1 alpha-2)."""
    return dict(_country_names(language))


def country(number: phonenumbers.PhoneNumber, language: str) -> str:
    """The country of a number, "" for none (a satellite phone)."""
    code = phonenumbers.region_code_for_number(number) or ""
    return _country_names(language).get(code, "")


@cache
def _country_names(language: str) -> dict[str, str]:
    return {code: _name(names, language) for code, names in _locale_data().items()}


def _name(names: Mapping[str, str], language: str) -> str:
    # "*en" stands for "as in English".
    name = names.get(language) or names["en"]
    return names[name[1:]] if name.startswith("*") else name


@cache
def _locale_data() -> dict[str, dict[str, str]]:
    """The library's countries, without the towns that its package would load."""
    file = Path(phonenumbers.__file__).parent / "geodata" / "locale.py"
    # A name of its own, beside the package, so that its relative imports work.
    loader = SourceFileLoader("phonenumbers.geodata_alone.locale", str(file))
    module: Any = module_from_spec(ModuleSpec(loader.name, loader))
    loader.exec_module(module)
    names: dict[str, dict[str, str]] = module.LOCALE_DATA
    return names


def _digits(number: phonenumbers.PhoneNumber) -> str:
    """International digits, without what some countries put before mobile numbers."""
    national = phonenumbers.national_significant_number(number)
    token = phonenumbers.country_mobile_token(number.country_code or 0)
    return f"{number.country_code}{national.removeprefix(token)}"


def main(file: str) -> None:
    """Write the library's towns into a file."""
    from phonenumbers.geodata import GEOCODE_DATA

    build(Path(file), GEOCODE_DATA)


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own
    main(sys.argv[1])
