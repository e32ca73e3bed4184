"""Finds one page of every address pattern by following links, as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from playwright.sync_api import Page

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)')
# What answers with a file.
FILES = ("export", "download", "picture", "recording", "schema", "openapi")


def pages(tab: Page, start: str = "/") -> dict[str, str]:
    """The first address of each view that can be reached by links from a page.

    By the view's name; ``tab`` is signed in. Nothing is drawn: only HTML is read.
    """
    waiting, seen, found = [start], {start}, {}
    while waiting:
        path = waiting.pop(0)
        name = _view(path)
        if not name or name in found:
            continue
        answer = tab.request.get(path)
        assert answer.status < 500, f"{path}: {answer.status}"
        kind = answer.headers.get("content-type", "")
        if answer.status != 200 or "text/html" not in kind:
            continue
        found[name] = urlsplit(answer.url).path + _query(answer.url)
        for link in _links(answer.text(), answer.url):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return found


def _links(html: str, page: str) -> Iterator[str]:
    here = urlsplit(page)
    for link in LINK.findall(html):
        target = urlsplit(urljoin(page, unescape(link)))
        if target.netloc == here.netloc:
            yield target.path + (f"?{target.query}" if target.query else "")


def _query(url: str) -> str:
    query = urlsplit(url).query
    return f"?{query}" if query else ""


def _view(path: str) -> str:
    """The name of the view behind an address, with its kind of records; "" for none."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    if any(word in match.view_name for word in FILES):
        return ""
    kind = match.kwargs.get("kind")
    return f"{match.view_name} {kind.key}" if hasattr(kind, "key") else match.view_name
