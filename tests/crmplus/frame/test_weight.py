"""The first page is light."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders

from crmplus.accounts.models import User
from tests.crmplus.accounts.conftest import client_of

LIMIT = 150 * 1024
LINK = re.compile(r'<(?:script|link)[^>]*(?:src|href)="/static/([^"]+\.(?:js|css))"')
IMPORT = re.compile(r'^import[^"]*"\./([^"]+)"', re.MULTILINE)


def files_of(page: str) -> set[Path]:
    """The page's scripts and styles, with the modules that those import."""
    found = [Path(str(finders.find(name))) for name in LINK.findall(page)]
    files: set[Path] = set()
    while found:
        file = found.pop()
        if file not in files:
            files.add(file)
            source = file.read_text(encoding="utf-8")
            found += [file.parent / name for name in IMPORT.findall(source)]
    return files


def test_scripts_and_styles_fit_into_150_kb(anna: User):
    files = files_of(client_of(anna).get("/").text)
    names = {file.name for file in files}
    assert {"tabler.min.css", "crm.css", "frame.js", "toast.js"} <= names
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < LIMIT
