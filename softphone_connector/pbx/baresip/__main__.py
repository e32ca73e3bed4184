"""The bridge as a program: ``python -m softphone_connector.pbx.baresip --help``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from softphone_connector.bridges import options
from softphone_connector.pbx.baresip.bridge import listen


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where baresip is, and who it is."""
    parser.add_argument(
        "--ctrl",
        default=("127.0.0.1", 4444),
        type=options.address,
        metavar="HOST:PORT",
        help="where baresip's ctrl_tcp listens (127.0.0.1:4444)",
    )
    parser.add_argument(
        "--extension", default="", help="if it is not the user of the SIP account"
    )


def run(given: argparse.Namespace) -> None:
    """Run until a signal ends it; what waits then is sent if that is quick."""
    options.run(given, "baresip", lambda put: listen(given.ctrl, put, given.extension))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m softphone_connector.pbx.baresip",
        description="Reports the calls of baresip to the CRM.",
    )
    options.add_server(parser)
    add_options(parser)
    run(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
