from __future__ import annotations

import logging
import logging.config
import sys

import pytest
from django.conf import settings

from crmplus.logs import MaskKeys, mask

KEY = "sk_AbCd" + "x7-_Q" * 8


def record(message: str, *args: object, failed: bool = False) -> logging.LogRecord:
    return logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        message,
        args,
        sys.exc_info() if failed else None,
    )


def test_the_visible_prefix_stays() -> None:
    assert (
        mask(f"GET /softphone/{KEY}/ringing?a=1")
        == "GET /softphone/sk_AbCd…/ringing?a=1"
    )


def test_every_key_of_a_line_is_hidden() -> None:
    assert mask(f"{KEY} {KEY}") == "sk_AbCd… sk_AbCd…"


def test_other_text_stays() -> None:
    assert mask("task_list, sk_ab and disk_usage are no keys") == (
        "task_list, sk_ab and disk_usage are no keys"
    )


def test_an_access_line_is_masked() -> None:
    line = MaskKeys().format(
        record(
            '%s - "%s %s HTTP/%s" %d',
            "192.0.2.1:5",
            "GET",
            f"/softphone/{KEY}/ended",
            "1.1",
            204,
        )
    )

    assert line == '192.0.2.1:5 - "GET /softphone/sk_AbCd…/ended HTTP/1.1" 204'


def test_a_traceback_is_masked() -> None:
    try:
        raise ValueError(f"no such key: {KEY}")
    except ValueError:
        line = MaskKeys().format(record("failed", failed=True))

    assert "no such key: sk_AbCd…" in line
    assert KEY not in line


@pytest.mark.parametrize(
    "name", ["uvicorn.access", "uvicorn.error", "django.request", "x"]
)
def test_every_logger_writes_through_the_mask(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger(name)
    uvicorns_own = logging.StreamHandler()
    logging.getLogger("uvicorn.access").addHandler(uvicorns_own)

    logging.config.dictConfig(settings.LOGGING)
    try:
        logger.warning("GET /softphone/%s/ringing", KEY)
    finally:
        logging.getLogger().handlers.clear()

    written = capsys.readouterr().err
    assert written.count("GET /softphone/sk_AbCd…/ringing") == 1
    assert KEY not in written
