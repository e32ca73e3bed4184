"""Pictures of pages, and whether a page still looks as its picture in the guides.

Fonts are drawn a little differently by each version of a browser, and times and
durations are others in every run. So pictures are compared as somebody sees them who
squints: in cells of 16 pixels, each by its mean brightness.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from crmplus.conf import BASE_DIR
from tests.support.fixtures import SCREENSHOTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

CELL = 16
COLOURS = 128
# A cell differs where its mean brightness does by more than this (of 255): a line of
# text that is there or not makes 20 and more, a digit that is another 5.
STRONG = 14
# So many of the cells may: a toast, a name that is longer, a chart's last point.
SHARE = 0.04
GUIDES = BASE_DIR / "docs" / "pictures"


def take(tab: Page, language: str, name: str) -> str:
    """Take a picture of a page; gives what is wrong with it beside the guides', or "".

    With PICTURES set (see ``bin/pictures``) it becomes the picture of the guides.
    """
    asked = os.environ.get("PICTURES", "")
    folder = (Path(asked) if asked else SCREENSHOTS) / language
    path = folder / f"{name}.png"
    folder.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=path, animations="disabled", caret="hide")
    known = GUIDES / language / path.name
    if asked or not known.exists():
        _make_small(path)
        return "" if asked else f"{known} is missing: bin/pictures takes it"
    share = difference(path, known)
    if share <= SHARE:
        return ""
    return f"{path} differs from {known} in {share:.1%} of its cells"


def difference(one: Path, other: Path) -> float:
    """Which share of the cells of two pictures differs; 1 where their sizes do."""
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return 1.0
        cells = ImageChops.difference(_cells(first), _cells(second))
    counts = cells.histogram()
    return sum(counts[STRONG + 1 :]) / sum(counts)


def _cells(picture: Image.Image) -> Image.Image:
    grey = picture.convert("L")
    size = (grey.width // CELL, grey.height // CELL)
    return grey.resize(size, Image.Resampling.BOX)


def _make_small(path: Path) -> None:
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS)
    small.save(path, optimize=True)
