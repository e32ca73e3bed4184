"""What ``bin/messages`` does to a catalogue that gettext has brought up to date."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from tests.support import catalogues

MERGED = """
msgid ""
msgstr ""
"POT-Creation-Date: 2026-05-04 09:30+0200\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: pl\\n"

#: crmplus/b.py
msgid "Call"
msgstr "Połączenie"

#: crmplus/a.py
#, fuzzy
#| msgid "Call"
msgid "Calls"
msgstr "Połączenie"

#: crmplus/a.py
#, python-format
msgid "%(count)d call"
msgid_plural "%(count)d calls"
msgstr[0] "%(count)d połączenie"
msgstr[1] "%(count)d połączenia"
msgstr[2] "%(count)d połączeń"
msgstr[3] "%(count)d połączenia"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A Polish catalogue as gettext leaves it: with a guess, a date, a fourth form."""
    file = tmp_path / "pl" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True)
    file.write_text(MERGED, encoding="utf-8")
    return file


def test_a_guess_is_forgotten_and_named_as_missing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert catalogues.main(file.parents[2]) == 1

    entry = polib.pofile(str(file)).find("Calls")
    assert entry is not None
    assert (entry.msgstr, entry.fuzzy, entry.previous_msgid) == ("", False, None)
    assert capsys.readouterr().out == (
        "pl/LC_MESSAGES/django.po: no translation of 'Calls'\n"
    )


def test_nothing_is_missing_where_every_text_is_translated(file: Path) -> None:
    file.write_text(MERGED.replace('#, fuzzy\n#| msgid "Call"\n', ""), encoding="utf-8")

    assert catalogues.main(file.parents[2]) == 0


def test_a_catalogue_changes_only_where_a_text_did(file: Path) -> None:
    catalogues.main(file.parents[2])
    first = file.read_bytes(), file.with_suffix(".mo").read_bytes()
    catalogues.main(file.parents[2])

    assert (file.read_bytes(), file.with_suffix(".mo").read_bytes()) == first
    assert b"POT-Creation-Date" not in first[0]
    assert [entry.msgid for entry in polib.pofile(str(file))] == [
        "%(count)d call",
        "Calls",
        "Call",
    ]


def test_the_compiled_catalogue_has_the_three_polish_forms(file: Path) -> None:
    catalogues.main(file.parents[2])

    compiled = polib.mofile(str(file.with_suffix(".mo")))
    counted = compiled.find("%(count)d call")
    assert counted is not None
    assert list(counted.msgstr_plural) == [0, 1, 2]
    assert compiled.metadata["Plural-Forms"].startswith("nplurals=3;")
    assert compiled.find("Calls") is None
