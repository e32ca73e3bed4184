"""Icons of Tabler's outline set, inlined so that they take the text's colour."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from crmplus.vendor import NODE_MODULES

FOLDER = NODE_MODULES / "@tabler" / "icons" / "icons" / "outline"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# The transparent square that Tabler puts into each icon draws nothing.
SPARE = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')

logger = logging.getLogger(__name__)
_added: dict[str, str] = {}


class UnknownIcon(LookupError):
    """No icon has that name."""


@lru_cache(maxsize=512)
def icon(name: str, size: int = 20, extra_class: str = "") -> SafeString:
    """One icon as SVG of ``size`` pixels, hidden from screen readers.

    Raises UnknownIcon. Sizes are 14, 16, 18, 20, 24 and 28. ``extra_class`` is a
    constant of the template, never input.
    """
    outline = _outline(name)
    # Tabler's .icon sets the size by style, which an attribute cannot override.
    classes = f"icon icon-{size} {extra_class}".strip()
    return mark_safe(  # noqa: S308  (a packaged file and a template's constants)
        f'<svg class="{classes}" width="{int(size)}" height="{int(size)}" '
        'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" '
        f'focusable="false">{outline}</svg>'
    )


def icon_or_nothing(name: str, size: int = 20, extra_class: str = "") -> SafeString:
    """The icon; where there is none a gap, for an icon is no reason to fail a page.

    With DEBUG it raises UnknownIcon all the same.
    """
    try:
        return icon(name, size, extra_class)
    except UnknownIcon:
        if settings.DEBUG:
            raise
        logger.warning("There is no icon %r.", name)
        return SafeString("")


def add(name: str, outline: str) -> None:
    """Bring an icon of an app's own: SVG elements on a square of 24 by 24."""
    _added[name] = outline
    icon.cache_clear()


def _outline(name: str) -> str:
    if name in _added:
        return _added[name]
    path = Path(FOLDER, f"{name}.svg")
    if not NAME.fullmatch(name) or not path.is_file():
        raise UnknownIcon(name)
    svg = path.read_text(encoding="utf-8")
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return " ".join(SPARE.sub("", inner).split())
