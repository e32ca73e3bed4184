"""Somebody who does what a client's page says, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Stand in the pages for a person's home folder.
HOMES = ("~/", "HOME/")


@dataclass(frozen=True)
class Told:
    """What a page says that one is to do, with the person's home folder put in.

    ``save``, ``add`` and ``run`` are the texts by the names in their headings,
    ``modes`` the permissions of files that the steps ask for.
    """

    save: dict[str, str]
    add: dict[str, str]
    run: dict[str, str]
    modes: dict[str, int]
    folder: Path


def told_by(tab: Page, home: Path) -> Told:
    """Read the page on which the addresses for a phone stand."""

    def put_in(text: str) -> str:
        for name in HOMES:
            text = text.replace(name, f"{home}/")
        return text

    texts: dict[str, dict[str, str]] = {"Save as": {}, "Add to": {}, "Run": {}}
    for row in tab.locator(".ready-url").all():
        head = row.locator(".ready-head").inner_text().strip()
        verb = next(verb for verb in texts if head.startswith(verb))
        name = head.removeprefix(verb).strip()
        texts[verb][name] = put_in(row.locator(".ready-text").inner_text().strip())
    steps = [put_in(text) for text in tab.locator("#set-up li").all_inner_texts()]
    folder = next(text for text in steps if "in this folder" in text).split()[-1]
    modes = re.findall(r"chmod (\d+) (\S+)", "\n".join(steps))
    return Told(
        save=texts["Save as"],
        add=texts["Add to"],
        run=texts["Run"],
        modes={path: int(mode, 8) for mode, path in modes},
        folder=Path(folder),
    )


def obey(told: Told) -> None:
    """Save and add, as the page says."""
    for name, text in told.save.items():
        (told.folder / name).write_text(f"{text}\n")
    for name, text in told.add.items():
        with (told.folder / name).open("a") as file:
            file.write(f"{text}\n")
    for path, mode in told.modes.items():
        Path(path).chmod(mode)


def addresses_for(tab: Page, extension: str, client: str) -> None:
    """From the client's page to the line with a key, and the addresses with it."""
    tab.goto("/settings/clients/")
    tab.get_by_role("link", name=client, exact=True).click()
    tab.get_by_role("link", name="Add my phone").click()
    tab.fill("main [name=number]", extension)
    tab.locator("main button[name=connect]").click()
    tab.locator("#secret").wait_for()
