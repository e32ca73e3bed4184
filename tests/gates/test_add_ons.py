from __future__ import annotations

import json
import subprocess
import sys

import pytest

from crmplus.conf import BASE_DIR


@pytest.mark.slow
def test_the_crm_runs_without_its_add_ons() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.bare"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    pages = json.loads(done.stdout)
    assert "/" in pages
    assert len(pages) > 5
    assert set(pages.values()) == {200}, pages
