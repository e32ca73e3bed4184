"""A scratch folder for each process that loads the tests' settings."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "crmplus-tests-"


def scratch_of_this_process() -> Path:
    """A new folder; those of processes that have ended are removed.

    pytest's workers and mypy leave without a chance to clean up.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if not alive(folder.name.removeprefix(PREFIX).partition("-")[0]):
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def alive(pid: str) -> bool:
    """Whether a process with that number runs."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
