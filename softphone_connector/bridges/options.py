"""The options that all bridges have, and how one is run."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from softphone_connector.bridges.following import Address
from softphone_connector.bridges.reports import Report
from softphone_connector.bridges.sending import Sender, Server

KEY_VARIABLE = "SOFTPHONE_KEY"
KEY = re.compile(r"sk_[\x21-\x7e]+")
Put = Callable[[Report], None]


def address(text: str) -> Address:
    """``HOST:PORT``. Raises ValueError."""
    host, _colon, port = text.rpartition(":")
    if not host or not 0 < int(port) < 65_536:
        raise ValueError(text)
    return host.strip("[]"), int(port)


def web_address(text: str) -> str:
    """The base address of the CRM. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError(text)
    if "@" in parts.netloc or parts.port == 0:
        raise ValueError(text)
    return text.rstrip("/")


def key_in(path: Path | None) -> str:
    """The softphone key in a file, else in the environment.

    Raises SystemExit with what to do.
    """
    try:
        text = path.read_text("utf-8") if path else os.environ.get(KEY_VARIABLE, "")
    except (OSError, ValueError) as error:
        raise SystemExit(f"The key cannot be read: {error}") from error
    if not KEY.fullmatch(key := text.strip()):
        where = path or KEY_VARIABLE
        raise SystemExit(f"{where}: there is no softphone key (sk_…) in it.")
    return key


def add_server(options: argparse.ArgumentParser, url: str = "") -> None:
    """Where to report. The key is no option: the list of processes would show it."""
    options.add_argument(
        "--url",
        default=url or None,
        required=not url,
        type=web_address,
        help=f"where the CRM is{f' ({url})' if url else ''}",
    )
    options.add_argument(
        "--key-file",
        type=Path,
        help="a file with the softphone key and nothing else; without it the key is "
        f"taken from {KEY_VARIABLE}",
    )


def run(given: argparse.Namespace, client: str, listen: Callable[[Put], None]) -> None:
    """Report until a signal ends it; what waits then is sent if that is quick.

    ``listen`` hands reports on and returns only by an exception.
    """
    server = Server(given.url, key_in(given.key_file), client)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sender = Sender(server.send)
    sender.start()
    try:
        listen(sender.put)
    except KeyboardInterrupt:
        sender.close()
