"""Makes, lists and revokes API tokens."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from crmplus.accounts.models import User
from crmplus.api import tokens
from crmplus.api.models import ApiToken

WIDTH = 120


class Command(BaseCommand):
    help = "Make, list and revoke the tokens that programs use the JSON API with."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a token and print it, once.")
        create.add_argument(
            "--user", metavar="NAME", required=True, help="Whose rights it has."
        )
        actions.add_parser("list", help="Show all tokens, without their secrets.")
        revoke = actions.add_parser("revoke", help="Make a token worthless.")
        revoke.add_argument("token", metavar="PREFIX|ID", help="As “list” shows it.")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"create": self.create, "list": self.list, "revoke": self.revoke}
        actions[options["action"]](options)

    def create(self, options: dict[str, Any]) -> None:
        """Print the token and nothing else on stdout."""
        name = options["user"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(_("There is no user “%(name)s”.") % {"name": name})
        if not user.is_active:
            raise CommandError(
                _("“%(name)s” may not sign in, so a token would be worthless.")
                % {"name": name}
            )
        _token, secret = tokens.create(user)
        self.stdout.write(secret)

    def list(self, options: dict[str, Any]) -> None:
        """Print a table of all tokens, never their text."""
        table = Table(
            _("ID"), _("Token"), _("User"), _("Made"), _("Last used"), _("Revoked")
        )
        for token in ApiToken.objects.select_related("user"):
            table.add_row(*cells(token))
        with StringIO() as text:
            Console(file=text, markup=False, width=WIDTH).print(table)
            self.stdout.write(text.getvalue())

    def revoke(self, options: dict[str, Any]) -> None:
        try:
            token = tokens.by_name(options["token"])
        except tokens.TokenNotFoundError as error:
            raise CommandError(str(error)) from error
        tokens.revoke(token)
        self.stdout.write(_("Revoked: %(token)s") % {"token": token})


def cells(token: ApiToken) -> Iterator[str]:
    """The row of a token in the table."""
    yield str(token.pk)
    yield str(token)
    yield token.user.get_username()
    for time in (token.created_at, token.last_used_at, token.revoked_at):
        yield f"{timezone.localtime(time):%Y-%m-%d %H:%M}" if time else ""
