"""What a file is: its kind, its encoding, what separates its columns. Pure."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from itertools import islice
from pathlib import Path

BEGINNING = 256 * 1024  # bytes that are looked at
DELIMITERS = ";,\t|"
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250")
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ROWS = 20
# In Windows-1252 these are ³, ¹, ¿, which stand in no word; in 1250 they are ł, ą, ż.
POLISH = re.compile(rb"[A-Za-z][\xb3\xb9\xbf]|[\xb3\xb9\xbf][A-Za-z]")
# Neither a letter nor a quote separates, nor what no database stores.
SEPARATOR = re.compile(r'sep=([^\w"\x00-\x08\x0a-\x1f])\r?\n', re.IGNORECASE)
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"{\\rtf": "RTF",
}


def other_kind(beginning: bytes) -> str:
    """The name of a kind of file that is certainly no table, "" for a possible one."""
    found = (name for mark, name in OTHERS.items() if beginning.startswith(mark))
    return next(found, "")


def encoding_of(beginning: bytes) -> str:
    """The encoding of a text by its beginning, one of ENCODINGS."""
    for mark, name in BOMS:
        if beginning.startswith(mark):
            return name
    if _is_wide(beginning):
        return "utf-16"
    try:
        # What is cut in the middle of a letter is no fault of the file.
        whole = len(beginning) < BEGINNING
        codecs.getincrementaldecoder("utf-8")().decode(beginning, final=whole)
    except UnicodeDecodeError:
        return "cp1250" if POLISH.search(beginning) else "cp1252"
    return "utf-8"


def codec_of(encoding: str, beginning: bytes) -> str:
    """Python's name for an encoding, which takes a byte order mark away."""
    if encoding == "utf-16" and not beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-be" if beginning[:1] == b"\x00" else "utf-16-le"
    return "utf-8-sig" if encoding == "utf-8" else encoding


def delimiter_of(text: str) -> str:
    """What separates the columns of a text, one of DELIMITERS."""
    if told := SEPARATOR.match(text):
        return told[1]
    return max(DELIMITERS, key=lambda delimiter: _fits(text, delimiter))


def beginning_of(path: Path) -> bytes:
    """The part of a file that is looked at."""
    with path.open("rb") as file:
        return file.read(BEGINNING)


def _is_wide(beginning: bytes) -> bool:
    sample = beginning[:1000]
    return len(sample) > 3 and sample.count(0) > len(sample) // 3


def _fits(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows have the same columns, and how many columns."""
    lines = text.splitlines(keepends=True)
    rows = islice(csv.reader(lines, delimiter=delimiter), ROWS)
    try:
        widths = Counter(len(row) for row in rows if row)
    except csv.Error:
        return 0, 0
    width, often = max(
        widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0)
    )
    return (often, width) if width > 1 else (0, 0)
