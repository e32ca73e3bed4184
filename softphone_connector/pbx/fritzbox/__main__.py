"""The bridge as a program: ``python -m softphone_connector.pbx.fritzbox --help``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from softphone_connector.bridges import options
from softphone_connector.pbx.fritzbox.bridge import listen
from softphone_connector.pbx.fritzbox.reports import Map, mapping

PORT = 1012


def port(text: str) -> int:
    """A TCP port. Raises ValueError."""
    if not 0 < int(text) < 65_536:
        raise ValueError(text)
    return int(text)


def pair(text: str) -> Map:
    """One ``--map``. Raises ValueError."""
    return mapping([text])


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where the box is, and whose its numbers and telephones are."""
    parser.add_argument("--host", default="fritz.box", help="the box (fritz.box)")
    parser.add_argument(
        "--port", default=PORT, type=port, help=f"of its call monitor ({PORT})"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=pair,
        metavar="NUMBER=EXTENSION",
        help="the extensions that a number of the box rings (200893=201,202), or that "
        "of a telephone (**610=201); may be repeated",
    )


def run(given: argparse.Namespace) -> None:
    """Run until a signal ends it; what waits then is sent if that is quick."""
    extensions = {name: lines for one in given.map for name, lines in one.items()}
    box = given.host, given.port
    options.run(given, "fritzbox", lambda put: listen(box, put, extensions))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m softphone_connector.pbx.fritzbox",
        description="Reports the calls of a FRITZ!Box to the CRM.",
    )
    options.add_server(parser)
    add_options(parser)
    run(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
