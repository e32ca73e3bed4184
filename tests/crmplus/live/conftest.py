"""A live channel for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmplus import hooks
from crmplus.live import admission
from crmplus.live.bus import Bus, bus
from crmplus.live.guard import Guard
from crmplus.live.sessions import Who
from tests.crmplus.live.site import ENVIRON, Site, make_site
from tests.crmplus.live.support import ANNA, BEN
from tests.support.server import Server, copy_template


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """This process's live channel, without Redis; its guard checks only when asked.

    Snapshots have nothing but what the test registers.
    """
    monkeypatch.setattr(hooks, "_hooks", [])
    bus.cache_clear()
    fresh = bus()
    fresh.guard = Guard(fresh.hub, seconds=3600)
    yield fresh
    fresh.stop()
    bus.cache_clear()


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anna and Ben are signed in, as session keys a and b, without a database."""
    people: dict[str, Who] = {"a": ANNA, "b": BEN}
    monkeypatch.setattr(admission, "identify", people.get)


@pytest.fixture(scope="session")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Anna and Ben signed in."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site(
    made_site: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Site]]:
    """Starts installations with the probe: ``site(REDIS_URL=…)``.

    ``site(beside=first)`` is a second process of the first one's installation.
    """
    servers: list[Server] = []

    def start(*, beside: Site | None = None, **given: str) -> Site:
        folder = tmp_path / f"site-{len(servers)}"
        data = beside.server.data if beside else copy_template(made_site, folder)
        before = beside.server.given if beside else ENVIRON
        server = Server(data, {**before, **given})
        servers.append(server)
        return Site(server.start())

    yield start
    for server in servers:
        server.stop()
        request.node.add_report_section("call", f"log of {server.url}", server.log())
