"""The bridge as a program: ``python -m softphone_connector.pbx.baresip --help``."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from softphone_connector.pbx.baresip.bridge import Address, listen
from softphone_connector.pbx.baresip.sending import Sender, Server

KEY_VARIABLE = "SOFTPHONE_KEY"
KEY = re.compile(r"sk_[\x21-\x7e]+")


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


def parser() -> argparse.ArgumentParser:
    """The options. The key is none of them: the list of processes would show it."""
    options = argparse.ArgumentParser(
        prog="python -m softphone_connector.pbx.baresip",
        description="Reports the calls of baresip to the CRM.",
        epilog=f"Without --key-file the key is taken from {KEY_VARIABLE}.",
    )
    options.add_argument(
        "--url", required=True, type=web_address, help="where the CRM is"
    )
    options.add_argument(
        "--ctrl",
        default=("127.0.0.1", 4444),
        type=address,
        metavar="HOST:PORT",
        help="where baresip's ctrl_tcp listens (127.0.0.1:4444)",
    )
    options.add_argument(
        "--key-file", type=Path, help="a file with the softphone key and nothing else"
    )
    options.add_argument(
        "--extension", default="", help="if it is not the user of the SIP account"
    )
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until a signal ends it; what waits then is sent if that is quick."""
    options = parser().parse_args(arguments)
    server = Server(options.url, key_in(options.key_file))
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sender = Sender(server.send)
    sender.start()
    try:
        listen(options.ctrl, sender.put, options.extension)
    except KeyboardInterrupt:
        sender.close()


if __name__ == "__main__":
    main()
