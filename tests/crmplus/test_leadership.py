from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crmplus import leadership
from crmplus.leadership import FileLeader, Leader, PostgresLeader, leader
from tests.support import services


def one_leads_at_a_time(first: Leader, second: Leader) -> None:
    """What must hold of any two leaders of one installation."""
    assert first.mine()
    assert first.mine()
    assert not second.mine()
    first.release()
    assert second.mine()
    assert not first.mine()
    second.release()
    second.release()
    assert first.mine()
    first.release()


def test_one_process_leads_beside_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "new" / "leader.lock"
    one_leads_at_a_time(FileLeader(path), FileLeader(path))


def postgres(url: str, chore: str = "chore") -> PostgresLeader:
    return PostgresLeader({"conninfo": url}, chore)


@pytest.mark.postgres
def test_one_process_leads_beside_postgresql(postgres_url: str) -> None:
    one_leads_at_a_time(postgres(postgres_url), postgres(postgres_url))


@pytest.mark.postgres
def test_the_lead_is_free_as_soon_as_it_is_given_up(postgres_url: str) -> None:
    first, second = postgres(postgres_url), postgres(postgres_url)
    for _ in range(50):
        for one in (first, second):
            assert one.mine()
            one.release()


@pytest.mark.postgres
def test_each_chore_has_a_leader_of_its_own(postgres_url: str) -> None:
    one, other = postgres(postgres_url, "one"), postgres(postgres_url, "other")
    assert one.mine()
    assert other.mine()
    one.release()
    other.release()


@pytest.mark.postgres
def test_who_loses_the_connection_loses_the_lead(postgres_url: str) -> None:
    first, second = (postgres(postgres_url) for _ in range(2))
    assert first.mine()
    assert first._connection
    first._connection.close()
    # The server notices it a moment later.
    services.wait_until(second.mine, "nobody could take the lead")
    assert not first.mine()
    second.release()
    assert first.mine()
    first.release()


def test_the_database_says_how_to_lead(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    class Postgres:
        vendor = "postgresql"

        def get_connection_params(self) -> dict[str, Any]:
            return {"dbname": "crm"}

    class Sqlite:
        vendor = "sqlite"

    monkeypatch.setattr(leadership, "connection", Postgres())
    assert isinstance(leader(), PostgresLeader)
    monkeypatch.setattr(leadership, "connection", Sqlite())
    assert isinstance(leader(), FileLeader)
    assert connection.vendor in {"sqlite", "postgresql"}
