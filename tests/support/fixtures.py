"""Fixtures that need more than Python: databases, servers, a browser.

Where a program is missing the test is skipped, and fails under ``CI=true``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmplus.conf import BASE_DIR
from tests.support import services
from tests.support.server import (
    ACTIVATE,
    DEMO_PASSWORD,
    Server,
    copy_template,
    make_template,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

SCREENSHOTS = BASE_DIR / "var" / "screenshots"
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
)


def missing(what: str) -> None:
    """Skip the test, or fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true allows no skipping.")
    pytest.skip(f"{what} is missing.")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server where we may create databases: TEST_DATABASE_URL, else one
    of our own. Don't write into the database that the address names."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    if services.postgres_programs() is None:
        missing("PostgreSQL (initdb, postgres)")
    with services.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server: TEST_REDIS_URL, else one of our own."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    if not services.redis_server():
        missing("Redis (redis-server)")
    with services.redis_instance() as url:
        yield url


@pytest.fixture(scope="session")
def baresip() -> str:
    """The path of the softphone."""
    if not services.baresip():
        missing("baresip")
    return services.baresip()


@pytest.fixture(scope="session")
def twinkle() -> str:
    """The path of the other softphone."""
    if not services.twinkle():
        missing("Twinkle (twinkle-console)")
    return services.twinkle()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty, migrated database and the static files."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def migrated_postgres(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of an empty, migrated database to make copies of."""
    with services.postgres_database(postgres_url) as url:
        server = Server(tmp_path_factory.mktemp("pg"), {"DATABASE_URL": url})
        server.manage("migrate", "--verbosity=0")
        server.manage(*ACTIVATE)
        yield url.rpartition("/")[2]


@pytest.fixture
def postgres_database(postgres_url: str, migrated_postgres: str) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database of this test's own."""
    with services.postgres_database(postgres_url, migrated_postgres) as url:
        yield url


@pytest.fixture
def server(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path: Path
) -> Iterator[Callable[..., Server]]:
    """Starts servers of the product: ``server(DATABASE_URL=…, REDIS_URL=…)``.

    Without DATABASE_URL each gets a migrated SQLite database of its own;
    ``server(beside=first)`` is a second process of the first one's installation.
    All are stopped after the test; where it failed, their logs are shown.
    """
    servers: list[Server] = []

    def start(*, beside: Server | None = None, **given: str) -> Server:
        if beside:
            made = Server(beside.data, {**beside.given, **given})
        else:
            folder = tmp_path / f"data-{len(servers)}"
            made = Server(copy_template(migrated_sqlite, folder), given)
        servers.append(made)
        return made.start()

    yield start
    for made in servers:
        made.stop()
        request.node.add_report_section("teardown", f"log of {made.url}", made.log())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium.

    For one module: while Playwright runs, code of this process that starts an event
    loop of its own fails.
    """
    from playwright.sync_api import sync_playwright

    if not services.chromium():
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=services.chromium(), args=list(CHROMIUM_OPTIONS)
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a browser profile of its own, signed in where asked to.

    ``page(server, "anna", path="/calls/", locale="de-DE", color_scheme="dark",
    viewport={"width": 1024, "height": 768})``; further options go to Playwright's
    ``new_context``. ``page.context.new_page()`` is a second tab. The test fails where
    a page's script failed or broke the Content-Security-Policy.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_page(
        server: Server, user: str = "", *, path: str = "/", **options: Any
    ) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        options.setdefault("locale", "en-GB")
        context = browser.new_context(base_url=server.url, **options)
        stack.callback(context.close)
        context.set_default_timeout(15_000)
        context.on("console", listen)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened = context.new_page()
        if user:
            sign_in(opened, user)
        opened.goto(path)
        return opened

    with ExitStack() as stack:
        yield open_page
    assert not complaints


def sign_in(page: Page, user: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in through the form."""
    page.goto("/sign-in/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")


@pytest.fixture
def screenshot() -> Callable[..., Path]:
    """Keeps a picture of a page: ``screenshot(page, "popup-de-dark")``."""

    def take(page: Page, name: str, **options: Any) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, **options)
        return path

    return take
