"""Tidies and compiles the translations: ``python -m tests.support.catalogues``.

A part of ``bin/messages``. A new text is never filled in with the translation of a
similar one, and a catalogue changes only where a text did: no dates, no line numbers,
the order of the sources. The exit code is 1 where a translation is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import polib

from crmplus.conf import BASE_DIR

FOLDER = BASE_DIR / "crmplus" / "locale"
# Whole numbers only are counted, so that Polish needs no fourth form.
# Source: Unicode CLDR, Language Plural Rules.
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "en": "nplurals=2; plural=(n != 1);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 &&"
    " (n%100<12 || n%100>14) ? 1 : 2);",
}


def tidy(catalogue: polib.POFile, language: str) -> None:
    """Orders the texts, forgets guesses, and makes the header say what lasts."""
    catalogue.header = ""
    catalogue.metadata_is_fuzzy = False
    catalogue.metadata = {
        "Project-Id-Version": "CRM+",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    forms = range(3 if language == "pl" else 2)
    for entry in catalogue:
        if entry.fuzzy:
            _forget(entry)
        if entry.msgid_plural:
            entry.msgstr_plural = {
                form: entry.msgstr_plural.get(form, "") for form in forms
            }
        entry.occurrences = sorted({(file, "") for file, _ in entry.occurrences})
    catalogue.sort(key=_place)


def _forget(entry: polib.POEntry) -> None:
    entry.msgstr, entry.msgstr_plural = "", {}
    entry.flags.remove("fuzzy")
    entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None


def _place(entry: polib.POEntry) -> tuple[list[tuple[str, str]], str, str]:
    return entry.occurrences, entry.msgid, entry.msgctxt or ""


def untranslated(catalogue: polib.POFile, language: str) -> Iterable[str]:
    """The texts that readers of ``language`` would see in English."""
    if language == "en":
        return []
    return [entry.msgid for entry in catalogue.untranslated_entries()]


def main(folder: Path = FOLDER) -> int:
    """Goes through all catalogues of ``folder``; names what is missing."""
    missing = 0
    for file in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        language = file.parts[-3]
        catalogue = polib.pofile(str(file))
        tidy(catalogue, language)
        catalogue.save()
        catalogue.save_as_mofile(str(file.with_suffix(".mo")))
        for text in untranslated(catalogue, language):
            missing += 1
            name = file.relative_to(folder)
            sys.stdout.write(f"{name}: no translation of {text!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
