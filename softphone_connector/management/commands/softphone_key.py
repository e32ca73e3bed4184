"""Makes, lists and revokes softphone keys."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rich.console import Console
from rich.table import Table

from crmplus.accounts.models import User
from softphone_connector import keys
from softphone_connector.endpoints.params import is_extension
from softphone_connector.endpoints.text import clean, extension_in
from softphone_connector.models import PBX_NAME_LENGTH, SoftphoneKey

WIDTH = 120


class Command(BaseCommand):
    help = "Make, list and revoke the keys that phones and PBXs report with."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a key and print it, once.")
        owner = create.add_mutually_exclusive_group(required=True)
        owner.add_argument("--user", metavar="NAME", help="The user whose key it is.")
        owner.add_argument("--pbx", metavar="NAME", help="The PBX whose key it is.")
        create.add_argument(
            "--extension",
            help="The only extension the key is for; assigned to the user if free.",
        )
        actions.add_parser("list", help="Show all keys, without their secrets.")
        revoke = actions.add_parser("revoke", help="Make a key worthless.")
        revoke.add_argument("key", metavar="PREFIX|ID", help="As “list” shows it.")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"create": self.create, "list": self.list, "revoke": self.revoke}
        try:
            actions[options["action"]](options)
        except (keys.KeyNotMadeError, keys.KeyNotFoundError) as error:
            raise CommandError(str(error)) from error

    def create(self, options: dict[str, Any]) -> None:
        """Print the key and nothing else on stdout."""
        number = options["extension"]
        if options["pbx"] is not None:
            if number:
                raise CommandError(_("--extension goes with --user only."))
            _key, secret = keys.create(pbx_name=pbx_name(options["pbx"]))
        else:
            user = user_named(options["user"])
            line = keys.assigned(user, extension(number)) if number else None
            _key, secret = keys.create(user=user, extension=line)
        self.stdout.write(secret)

    def list(self, options: dict[str, Any]) -> None:
        """Print a table of all keys, never their text."""
        table = Table(
            _("ID"),
            _("Key"),
            pgettext("key", "Owner"),
            _("Extension"),
            _("Made"),
            _("Last used"),
            _("Revoked"),
        )
        for key in SoftphoneKey.objects.select_related("user", "extension"):
            table.add_row(*cells(key))
        with StringIO() as text:
            Console(file=text, markup=False, width=WIDTH).print(table)
            self.stdout.write(text.getvalue())

    def revoke(self, options: dict[str, Any]) -> None:
        key = keys.by_name(options["key"])
        keys.revoke(key)
        self.stdout.write(_("Revoked: %(key)s") % {"key": key})


def user_named(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise keys.KeyNotMadeError(_("There is no user “%(name)s”.") % {"name": name})
    return user


def extension(text: str) -> str:
    """The extension as phones will report it."""
    number = extension_in(text)
    if not is_extension(number):
        raise keys.KeyNotMadeError(
            _("“%(text)s” is no extension. Write one such as 201.") % {"text": text}
        )
    return number


def pbx_name(text: str) -> str:
    name = clean(text, PBX_NAME_LENGTH).strip()
    if not name:
        raise keys.KeyNotMadeError(_("A PBX needs a name."))
    return name


def cells(key: SoftphoneKey) -> Iterator[str]:
    """The row of a key in the table."""
    yield str(key.pk)
    yield f"{key.prefix}…"
    yield key.owner
    yield key.extension.number if key.extension else ""
    for time in (key.created_at, key.last_used_at, key.revoked_at):
        yield f"{timezone.localtime(time):%Y-%m-%d %H:%M}" if time else ""
