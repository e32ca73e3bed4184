"""Every text of the product is there in German, English and Polish."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings

from crmplus.conf import BASE_DIR
from tests.gates.__main__ import PACKAGES
from tests.support import services
from tests.support.fixtures import missing

LANGUAGES = [code for code, _ in settings.LANGUAGES]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+")
Key = tuple[str, str, str]


def catalogues(folder: Path, language: str) -> list[Path]:
    """The .po files of a language."""
    return sorted(
        file
        for package in PACKAGES
        for file in (folder / package).glob(f"**/locale/{language}/LC_MESSAGES/*.po")
    )


def entries(folder: Path, language: str) -> Iterator[polib.POEntry]:
    """All texts of a language that are in use."""
    for file in catalogues(folder, language):
        yield from (entry for entry in polib.pofile(str(file)) if not entry.obsolete)


def key(entry: polib.POEntry) -> Key:
    """What gettext tells two texts apart by."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[Key]:
    """What the code and the templates say today, read anew in a copy."""
    if not services.program("xgettext"):
        missing("gettext (xgettext)")
    copy = tmp_path_factory.mktemp("product")
    shutil.copy2(BASE_DIR / "manage.py", copy)
    for package in PACKAGES:
        shutil.copytree(BASE_DIR / package, copy / package)
    (copy / "crmplus" / "locale").mkdir(exist_ok=True)
    for domain in ("django", "djangojs"):
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "-d", domain, "-l", "de"],
            cwd=copy,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "crmplus.settings"},
            check=True,
            capture_output=True,
        )
    return {key(entry) for entry in entries(copy, "de")}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language: str, extracted: set[Key]) -> None:
    known = {key(entry) for entry in entries(BASE_DIR, language)}

    assert len(extracted) > 100
    assert sorted(extracted - known) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_over(language: str, extracted: set[Key]) -> None:
    known = {key(entry) for entry in entries(BASE_DIR, language)}

    assert sorted(known - extracted) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [entry.msgid for entry in entries(BASE_DIR, language) if entry.fuzzy] == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_translation_is_empty(language: str) -> None:
    """English is what the code says, so that its catalogue may be empty."""
    empty = [
        entry.msgid
        for entry in entries(BASE_DIR, language)
        if not all(
            entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        )
    ]

    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_tags(language: str) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in entries(BASE_DIR, language)
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if text
        and not placeholders(text) <= placeholders(entry.msgid + entry.msgid_plural)
    ]

    assert wrong == []


def placeholders(text: str) -> set[str]:
    """What is filled in or marked up in a text."""
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_server_reads_is_what_was_translated(language: str) -> None:
    """A bare machine has no gettext: the compiled catalogues are kept beside."""
    files = catalogues(BASE_DIR, language)

    assert files
    for file in files:
        source = {
            (key(entry), entry.msgstr, tuple(entry.msgstr_plural.values()))
            for entry in polib.pofile(str(file)).translated_entries()
        }
        compiled = {
            (key(entry), entry.msgstr, tuple(entry.msgstr_plural.values()))
            for entry in polib.mofile(str(file.with_suffix(".mo")))
        }
        assert compiled == source, f"bin/messages for {file.relative_to(BASE_DIR)}"
