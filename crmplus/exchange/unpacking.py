"""How large a ZIP file is once it is unpacked. Pure.

What its headers say can be a lie, so it is unpacked and counted, and nothing is kept.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

LOCAL_HEADER = 30  # bytes, its last four are the lengths of the name and of the rest
READ, AT_ONCE = 64 * 1024, 1024**2


def unpacked_size(file: Path, most: int) -> int:
    """The bytes of all members together; more than ``most`` are not counted to the end.

    Raises BadZipFile, also for members that no workbook has: neither stored nor
    deflated (ECMA-376-2, annex B).
    """
    total = 0
    with zipfile.ZipFile(file) as archive, file.open("rb") as data:
        for member in archive.infolist():
            total += _size(data, member, most - total)
            if total > most:
                break
    return total


def _size(data: IO[bytes], member: zipfile.ZipInfo, most: int) -> int:
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    data.seek(member.header_offset)
    lengths = struct.unpack("<HH", data.read(LOCAL_HEADER)[-4:])
    data.seek(sum(lengths), 1)
    return _inflated(data, member.compress_size, most)


def _inflated(data: IO[bytes], left: int, most: int) -> int:
    """How much so many bytes inflate to."""
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while total <= most and not inflater.eof:
        piece = inflater.unconsumed_tail or data.read(min(READ, left))
        if not piece:
            break
        if not inflater.unconsumed_tail:
            left -= len(piece)
        total += len(inflater.decompress(piece, AT_ONCE))
    return total
