"""``manage.py bridge``: reports for a client that calls no addresses itself."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crmplus.conf import env
from softphone_connector.bridges import options
from softphone_connector.pbx.baresip import __main__ as baresip
from softphone_connector.pbx.fritzbox import __main__ as fritzbox


class Command(BaseCommand):
    """Runs until it is ended, on this machine or, without the CRM, on another."""

    help = (
        "Listens to a FRITZ!Box (call monitor) or to the softphone baresip and "
        "reports its calls to a running server, with a softphone key. Connects again "
        "when either of them was away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand for each client."""
        clients = parser.add_subparsers(dest="client", required=True)
        for name, program, about in (
            ("fritzbox", fritzbox, "The call monitor of an AVM FRITZ!Box."),
            ("baresip", baresip, "A baresip with its module ctrl_tcp."),
        ):
            client = clients.add_parser(name, help=about)
            options.add_server(client, env.base_url)
            program.add_options(client)
            client.set_defaults(run=program.run)

    def handle(self, *args: Any, **given: Any) -> None:
        """Listen and report until a signal ends it."""
        given["run"](argparse.Namespace(**given))
