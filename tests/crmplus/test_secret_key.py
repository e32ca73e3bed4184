from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmplus.secret_key import secret_key


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    key = secret_key(data)

    assert len(key) >= 50
    assert secret_key(data) == key


def test_only_its_owner_can_read_it_and_what_lies_beside(tmp_path: Path) -> None:
    data = tmp_path / "data"

    secret_key(data)

    (file,) = data.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_servers_that_start_together_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(secret_key, [tmp_path] * 8))

    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_slower_of_two_servers_takes_the_others_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = secret_key(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda path: False)

    assert secret_key(tmp_path) == key
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_without_a_folder_to_write_the_server_still_starts(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="ascii")

    assert len(secret_key(blocked)) >= 50
