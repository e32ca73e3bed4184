from __future__ import annotations

import threading

import pytest

from crmplus import background as background_module
from crmplus import hooks
from crmplus.background import Background


class Lead:
    """A leader of whom the test says whether it leads."""

    def __init__(self, leads: bool = True) -> None:
        self.leads = leads
        self.released = False

    def mine(self) -> bool:
        return self.leads

    def release(self) -> None:
        self.released = True


def only(monkeypatch: pytest.MonkeyPatch, *loops: hooks.BackgroundLoop) -> None:
    monkeypatch.setattr(hooks, "_hooks", list(loops))


def test_loops_run_again_and_again_until_they_are_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thrice = threading.Semaphore(0)
    only(
        monkeypatch,
        hooks.BackgroundLoop(key="tick", seconds=0.001, run=thrice.release),
    )
    lead = Lead()
    background = Background(lead)
    background.start()
    for _ in range(3):
        assert thrice.acquire(timeout=10)
    background.stop()
    assert lead.released
    assert not any(thread.is_alive() for thread in background._threads)


def test_a_failure_is_logged_and_does_not_end_the_loop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again = threading.Event()
    failures = [OSError("no network")]

    def run() -> None:
        if failures:
            raise failures.pop()
        again.set()

    only(monkeypatch, hooks.BackgroundLoop(key="tick", seconds=0.001, run=run))
    background = Background(Lead())
    background.start()
    assert again.wait(10)
    background.stop()
    assert "The background loop tick failed" in caplog.text
    assert "no network" in caplog.text


def test_a_server_that_does_not_lead_does_nothing() -> None:
    ran: list[bool] = []
    loop = hooks.BackgroundLoop(key="tick", seconds=1, run=lambda: ran.append(True))
    Background(Lead(leads=False)).turn(loop)
    assert ran == []
    Background(Lead()).turn(loop)
    assert ran == [True]


def test_a_loop_that_hangs_does_not_keep_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background_module, "STOP_SECONDS", 0.01)
    started, forever = threading.Event(), threading.Event()

    def run() -> None:
        started.set()
        forever.wait(10)

    only(monkeypatch, hooks.BackgroundLoop(key="tick", seconds=0.001, run=run))
    background = Background(Lead())
    background.start()
    assert started.wait(10)
    background.stop()
    forever.set()


@pytest.mark.django_db(transaction=True)
def test_a_loop_gives_its_database_connection_back() -> None:
    from django.db import connection

    held: list[object] = []

    def turn() -> None:
        Background(Lead()).turn(
            hooks.BackgroundLoop(
                key="tick", seconds=1, run=connection.ensure_connection
            )
        )
        held.append(connection.connection)

    thread = threading.Thread(target=turn)
    thread.start()
    thread.join()
    assert held == [None]
