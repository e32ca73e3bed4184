"""The eye of the visual tests sees what matters, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.e2e.looking import SHARE, difference

SIZE = (640, 480)


def picture(path: Path, *, text: str = "10:41", panel: bool = True) -> Path:
    """Something like a page: a bar, lines of text, a panel."""
    page = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 120, 480), fill="#182433")
    for line in range(60, 460, 20):
        draw.text((140, line), f"A line of text {text}", fill="black")
    if panel:
        draw.rectangle((420, 60, 620, 300), fill="#eef3f6", outline="#667788")
        draw.rectangle((430, 70, 610, 110), fill="#206bc4")
    page.save(path)
    return path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return picture(tmp_path / "known.png")


def test_the_same_page_a_minute_later_looks_the_same(
    tmp_path: Path, known: Path
) -> None:
    later = picture(tmp_path / "later.png", text="10:42")
    assert difference(later, known) <= SHARE


def test_a_panel_that_is_gone_is_seen(tmp_path: Path, known: Path) -> None:
    assert difference(picture(tmp_path / "gone.png", panel=False), known) > SHARE


def test_a_dark_page_is_no_light_one(tmp_path: Path, known: Path) -> None:
    with Image.open(known) as page:
        page.point(lambda value: 255 - value).save(tmp_path / "dark.png")
    assert difference(tmp_path / "dark.png", known) > SHARE


def test_another_size_is_another_page(tmp_path: Path, known: Path) -> None:
    with Image.open(known) as page:
        page.crop((0, 0, 600, 480)).save(tmp_path / "narrow.png")
    assert difference(tmp_path / "narrow.png", known) == 1.0
