"""``manage.py activation_code``: makes, shows and enters activation codes."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmplus import hooks
from crmplus.administration import activation, addons, licensing
from crmplus.administration.activation import (
    CodeRefusedError,
    Statement,
    StatementError,
)

# Read here alone: a server has no use for it.
PRIVATE_KEY = "ACTIVATION_PRIVATE_KEY"


FAULTS = {
    "licensee": gettext_lazy(
        "The licensee needs 1 to 120 printable characters, without blanks at the ends."
    ),
    "serial": gettext_lazy(
        "The serial needs 1 to 32 letters, digits or dashes, and no dash in front."
    ),
    "add_on": gettext_lazy("There is no such add-on."),
}


class Command(BaseCommand):
    """Private keys are read from a file or the environment, and never printed."""

    help = "Make, show and enter activation codes of add-ons."

    def add_arguments(self, parser: CommandParser) -> None:
        """One action with its own arguments."""
        actions = parser.add_subparsers(dest="action", required=True)
        pair = actions.add_parser("keypair", help="Make a private key in a new file.")
        pair.add_argument("--out", type=Path, required=True, metavar="FILE")
        issue = actions.add_parser("issue", help="Make a code and print it.")
        keys = sorted(add_on.key for add_on in hooks.registered(hooks.AddOn))
        issue.add_argument("--add-on", choices=keys, required=True)
        issue.add_argument("--licensee", required=True, metavar="NAME")
        issue.add_argument("--serial", required=True)
        issue.add_argument(
            "--valid-until", type=day, required=True, metavar="YYYY-MM-DD"
        )
        issue.add_argument(
            "--key-file",
            type=Path,
            metavar="FILE",
            help=f"File of the private key; without it {PRIVATE_KEY} counts.",
        )
        for name, text in (
            ("show", "Show what a code says, and whether it counts here."),
            ("activate", "Activate the add-on that a code is for."),
        ):
            action = actions.add_parser(name, help=text)
            action.add_argument("code", metavar="CODE", help="“-” reads the input.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what is refused ends with the reason."""
        actions = {
            "keypair": self.keypair,
            "issue": self.issue,
            "show": self.show,
            "activate": self.activate,
        }
        if options.get("code") == "-":
            options["code"] = sys.stdin.read()
        try:
            actions[options["action"]](options)
        except CodeRefusedError as error:
            raise CommandError(licensing.explained(error)) from error

    def keypair(self, options: dict[str, Any]) -> None:
        """Write the private key for its owner's eyes; print the public one."""
        private, public = activation.key_pair()
        path: Path = options["out"]
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(str(error)) from error
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(activation.to_text(private) + "\n")
        self.stdout.write(f"ACTIVATION_PUBLIC_KEY={activation.to_text(public)}")

    def issue(self, options: dict[str, Any]) -> None:
        """Print the code and nothing else."""
        private = private_key(options["key_file"])
        try:
            statement = Statement(
                add_on=options["add_on"],
                licensee=options["licensee"],
                serial=options["serial"],
                valid_until=options["valid_until"],
            )
        except StatementError as error:
            raise CommandError(str(FAULTS[str(error)])) from error
        self.stdout.write(activation.issue(statement, private))

    def show(self, options: dict[str, Any]) -> None:
        """Print the statement; fail, with the reason, where it does not count here."""
        statement = activation.read(options["code"], addons.public_keys())
        self.stdout.write(
            f"add-on      {statement.add_on}\n"
            f"licensee    {statement.licensee}\n"
            f"serial      {statement.serial}\n"
            f"valid until {statement.valid_until}"
        )
        if licensing.add_on_with(statement.add_on) is None:
            raise CommandError(_("This add-on is not installed here."))
        addons.checked(statement.add_on, options["code"])

    def activate(self, options: dict[str, Any]) -> None:
        """Activate as the add-on manager does."""
        code = options["code"]
        statement = activation.read(code, addons.public_keys())
        add_on = licensing.add_on_with(statement.add_on)
        if add_on is None:
            raise CommandError(_("This add-on is not installed here."))
        licensing.activate(None, add_on, code)
        text = _("%(add_on)s is active until %(day)s.")
        facts = {"add_on": add_on.name, "day": licensing.day(statement.valid_until)}
        self.stdout.write(text % facts)


def day(text: str) -> date:
    """A day as ISO 8601 writes it. Raises ValueError."""
    return date.fromisoformat(text)


def private_key(path: Path | None) -> bytes:
    """The private key of a file, else of the environment. Raises CommandError."""
    try:
        text = path.read_text("ascii") if path else os.environ.get(PRIVATE_KEY, "")
        key = activation.from_text(text.strip())
    except OSError as error:
        raise CommandError(str(error)) from error
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandError(
            _(
                "No private key: --key-file must name a file that “keypair” has made, "
                "or %(name)s hold its text."
            )
            % {"name": PRIVATE_KEY}
        )
    return key
