"""Front-end packages from npm, served as static files without being copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from crmplus.conf import env

NODE_MODULES = env.node_modules
FILES = {
    "vendor/tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/idiomorph.js": "idiomorph/dist/idiomorph.esm.js",
    "vendor/chart.js": "chart.js/dist/chart.umd.min.js",
}


def missing() -> list[Path]:
    """The files that pages use and npm has not brought."""
    files = [NODE_MODULES / source for source in FILES.values()]
    return [file for file in files if not file.exists()]


class _Renamed(FileSystemStorage):
    """A storage over ``node_modules`` that knows each file by its public name."""

    prefix: str | None = None

    def path(self, name: str) -> str:
        return str(NODE_MODULES / FILES[name.replace("\\", "/")])


class NodePackagesFinder(BaseFinder):
    """Finds exactly the files of npm packages that pages use."""

    storage = _Renamed(location=NODE_MODULES)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing: ``crmplus.checks`` reports missing packages."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file behind a public name such as ``vendor/htmx.js``."""
        source = FILES.get(path)
        file = NODE_MODULES / source if source else None
        found = str(file) if file and file.exists() else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """All public names, for ``collectstatic``."""
        for name in FILES:
            if not matches_patterns(name, ignore_patterns):
                yield name, self.storage
