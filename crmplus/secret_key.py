"""The secret key of an installation that was given none."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def secret_key(data_dir: Path) -> str:
    """Read the key kept in ``data_dir``; make it on first use, readable by us only.

    Where the folder can't be written the key lives as long as the process; a system
    check (crmplus.E009) says so.
    """
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _put(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")
    except OSError:
        return secrets.token_urlsafe(48)


def _put(path: Path, text: str) -> None:
    # Written aside and then linked: of two servers that start at the same moment one
    # wins, and neither reads a half-written key.
    handle, name = tempfile.mkstemp(dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        path.hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
