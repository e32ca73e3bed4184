"""What the strict Content-Security-Policy and the offline machine forbid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmplus.conf import BASE_DIR
from tests.gates.__main__ import PACKAGES, templates

FORBIDDEN = {
    "inline style": re.compile(r"""<style\b|\sstyle\s*=\s*["'{]""", re.IGNORECASE),
    "inline handler": re.compile(r"""<[a-z][^>]*\son[a-z]+\s*=""", re.IGNORECASE),
    "inline script": re.compile(
        r"""<script(?![^>]*\bsrc\s*=)(?![^>]*type="application/json")""", re.IGNORECASE
    ),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "evaluated by htmx": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:", re.IGNORECASE),
    "foreign host": re.compile(
        r"""(?:src|srcset|href)\s*=\s*["']?(?:https?:)?//[^"'>]*\.(?:js|css|woff2?|svg|png)|"""
        r"""<(?:script|link|img|iframe)\b[^>]*["'](?:https?:)?//""",
        re.IGNORECASE,
    ),
}


def complaints(text: str) -> list[str]:
    """What a template does that it must not."""
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]


def stylesheets_and_scripts() -> list[Path]:
    found: list[Path] = []
    for package in PACKAGES:
        found += (BASE_DIR / package).glob("**/static/**/*.css")
        found += (BASE_DIR / package).glob("**/static/**/*.js")
    return found


@pytest.mark.parametrize("template", templates())
def test_no_template_breaks_the_content_security_policy(template: str) -> None:
    assert complaints((BASE_DIR / template).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('<p style="color: red">', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ('<a href="#" onclick="go()">', "inline handler"),
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ('<a href="javascript:go()">', "javascript address"),
        ('<div hx-on:click="go()">', "evaluated by htmx"),
        ('<script src="https://cdn.example/x.js"></script>', "foreign host"),
        ('<link rel="stylesheet" href="//cdn.example/x">', "foreign host"),
    ],
)
def test_each_of_them_is_noticed(text: str, complaint: str) -> None:
    assert complaint in complaints(text)


@pytest.mark.parametrize(
    "text",
    [
        '<script type="module" src="{% static \'a.js\' %}"></script>',
        '<script type="application/json" id="data">{}</script>',
        '<a href="https://example.com/help">',
        '<p class="style" data-on="1">on = off</p>',
    ],
)
def test_what_is_allowed_is_not(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize("file", stylesheets_and_scripts(), ids=lambda path: path.name)
def test_no_stylesheet_or_script_loads_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert not re.search(
        r"(?:url\(|@import|import|fetch\()\s*[\"']?(?:https?:)?//", text
    )
    assert not re.search(r"\beval\(|new Function\(", text)


@pytest.mark.parametrize(
    "file",
    [file for file in stylesheets_and_scripts() if file.suffix == ".js"],
    ids=lambda path: path.name,
)
def test_modules_import_in_the_form_that_gets_hashed_names(file: Path) -> None:
    """Else a browser would run one module twice, under two names."""
    imports = re.findall(
        r"^\s*(?:import|export)\b[^;(]*?[\"'][^\"']+[\"'].?|\bimport\(.*?\)",
        file.read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    for statement in imports:
        assert re.search(r"""(["'])\.{1,2}/[\w./-]+\.js\1[;)]""", statement), statement
