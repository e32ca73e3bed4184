"""Every address, for every role, for what is theirs, their team's and others'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crmplus.accounts.rights import is_open_to_statistics
from tests.crmplus.accounts.office_of_many import (
    VIEWERS,
    Thing,
    Viewer,
    World,
)
from tests.crmplus.accounts.routes import RULES, Rule, Who

API = "api:"
HOST = {"Host": "testserver"}
# Only what stands between the digits of a number, so that dates stay apart.
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\-/]+(?=\d)")


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """All addresses of the product with their names."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one.url_patterns, inner)
        else:
            yield f"{space}{one.name or one.pattern}", one


def test_each_address_has_a_rule() -> None:
    """Think about who may open a new address, and write it into ``routes.py``."""
    names = {name for name, _pattern in routes()}
    assert names - RULES.keys() == set()
    assert RULES.keys() - names == set()


def test_an_address_is_open_to_statistics_just_where_its_rule_says_so() -> None:
    for name, pattern in routes():
        is_open = name in RULES and RULES[name].who <= Who.EVERYBODY
        assert is_open_to_statistics(pattern.callback) is is_open, name


@pytest.fixture
def world(db: None) -> World:
    return World().furnish()


@pytest.mark.thorough
@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.name)
def test_each_address_answers_as_its_rule_says(world: World, viewer: Viewer) -> None:
    wrong: list[str] = []
    browser = Browser(world, viewer)
    walked = {name: rule for name, rule in RULES.items() if rule.is_walked}
    for name, rule in walked.items():
        for thing in browser.things(rule):
            wrong += browser.complaints(name, rule, thing)
    assert not wrong, "\n".join(wrong)


class Browser:
    """A viewer at their computer; and the same with an API token."""

    def __init__(self, world: World, viewer: Viewer) -> None:
        self.world = world
        self.viewer = viewer
        self.hidden = world.hidden_from(viewer)
        self.client = Client(headers=HOST)
        self.is_signed_in = viewer.name in world.users
        if self.is_signed_in:
            self.client.force_login(world.users[viewer.name])

    def things(self, rule: Rule) -> list[Thing | None]:
        """What there is of the kind that an address names."""
        if not rule.kind:
            return [None]
        found = self.world.of_kind(rule.kind, self.viewer)
        assert found, f"nothing of the kind {rule.kind}"
        return [*found]

    def complaints(self, name: str, rule: Rule, thing: Thing | None) -> list[str]:
        """What is wrong with the answers of an address."""
        parameters = {**rule.args(self.world, self.viewer, thing)}
        url = rule.url or reverse(name, kwargs=parameters)
        ways: list[dict[str, str]] = [{}]
        if name.startswith(API) and self.is_signed_in:
            token = self.world.tokens[self.viewer.name]
            ways.append({"Authorization": f"Token {token}"})
        return [
            f"{self.viewer.name}: {rule.method} {url} ({name}): {text}"
            for headers in ways
            for text in self._ask(name, url, rule, thing, headers)
        ]

    def _ask(
        self,
        name: str,
        url: str,
        rule: Rule,
        thing: Thing | None,
        headers: dict[str, str],
    ) -> Iterator[str]:
        client = Client() if headers else self.client
        with transaction.atomic():
            answer = self._send(client, name, url, rule, headers)
            session = dict(client.session) if not headers else {}
            transaction.set_rollback(True)
        if "_auth_user_id" not in session and self.is_signed_in and not headers:
            client.force_login(self.world.users[self.viewer.name])
        wanted = self._expected(name, rule, thing)
        if answer.status_code not in wanted:
            whose = self.world.relation(self.viewer, thing) if thing else ""
            yield f"{answer.status_code} instead of {sorted(wanted)} {whose}"
        sent = answer.get("Location", "") if not self.is_signed_in else ""
        if rule.who and sent and not sent.startswith("/sign-in/"):
            yield f"sends to {sent}"
        yield from self._leaks(answer)

    def _send(
        self, client: Client, name: str, url: str, rule: Rule, headers: dict[str, str]
    ) -> Any:
        more: dict[str, Any] = {"headers": headers, "data": dict(rule.data)}
        if name.startswith(API) and rule.method != "get":
            more["content_type"] = "application/json"
        return getattr(client, rule.method)(url, **more)

    def _expected(self, name: str, rule: Rule, thing: Thing | None) -> set[int]:
        if rule.who == Who.ANYBODY:
            return {*rule.ok}
        if not self.is_signed_in:
            return {401} if name.startswith(API) else {302}
        if rule.only and not rule.only(self.viewer):
            return {*rule.denied}
        if self.viewer.rank < rule.who:
            return {403} if self.viewer.rank < Who.AGENT else {*rule.denied}
        if thing and not self._may(rule, thing):
            return {*rule.hidden}
        return {*rule.ok}

    def _may(self, rule: Rule, thing: Thing) -> bool:
        if rule.may:
            return rule.may(self.world, self.viewer, thing)
        return self.world.sees(self.viewer, thing)

    def _leaks(self, answer: Any) -> Iterator[str]:
        body = b"".join(answer) if answer.streaming else answer.content
        headers = " ".join(f"{name}: {value}" for name, value in answer.items())
        text = BETWEEN_DIGITS.sub("", body.decode(errors="replace") + headers)
        for secret in self.hidden:
            if secret in text:
                thing = next(one for one in self.world.things if secret in one.secrets)
                owner = thing.owner or "nobody"
                yield f"shows {secret}, of the {thing.kind} of {owner}"
