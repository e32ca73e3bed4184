"""What the tests in a real browser share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.office import Agent, Office, online
from tests.support.server import Server, copy_template

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def office(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One running installation for all tests of a module: each has its own agents."""
    data = copy_template(migrated_sqlite, tmp_path_factory.mktemp("office") / "data")
    server = Server(data, {}).start()
    yield Office(server).furnish()
    server.stop()


@pytest.fixture
def agent(office: Office) -> Agent:
    """An agent of the test's own."""
    return office.agent()


@pytest.fixture
def sit(office: Office, page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page of an agent's browser: ``sit(agent, path="/calls/")``."""

    def open_page(agent: Agent, **options: Any) -> Page:
        return online(page(office.server, agent.name, **options))

    return open_page


@pytest.fixture
def tab(sit: Callable[..., Page], agent: Agent) -> Page:
    """The agent's tab."""
    return sit(agent)
