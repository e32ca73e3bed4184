"""Nonsense in every parameter and field of every address: no answer is an error."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests.crmplus.accounts.office_of_many import VIEWERS, Thing, Viewer, World
from tests.crmplus.accounts.routes import RULES, Rule

NONSENSE = (
    "\x00",
    "-1",
    str(2**63),
    "9" * 5_000,
    "1e999",
    "\u202e\U0001f600\ud7ff' OR 1=1 --",
    "%",
    "²",
    "x" * 70_000,
    "2026-13-45",
    "0001-01-01",
    "9999-12-31",
    "[[]]",
    "contacts:1:2",
)
# All of them in each field would take minutes.
FOR_A_FIELD, FOR_ALL = 1, 2
BY_ROLE = [viewer for viewer in VIEWERS if viewer.name in {"agent", "admin"}]


@pytest.fixture
def world(db: None) -> World:
    return World().furnish()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that are looked up in a query or a form."""
    names: set[str] = set()
    for method in ("__getitem__", "__contains__", "get", "getlist"):
        plain = getattr(QueryDict, method)

        def noted(self: QueryDict, name: Any, *more: Any, _plain: Any = plain) -> Any:
            names.add(name)
            return _plain(self, name, *more)

        monkeypatch.setattr(QueryDict, method, noted)
    return names


@pytest.mark.thorough
@pytest.mark.parametrize("viewer", BY_ROLE, ids=lambda viewer: viewer.name)
def test_nonsense_is_no_error(world: World, viewer: Viewer, asked: set[str]) -> None:
    walker = Walker(world, viewer, asked)
    walked = {name: rule for name, rule in RULES.items() if rule.is_walked}
    wrong = [text for name, rule in walked.items() for text in walker.tried(name, rule)]
    assert not wrong, "\n".join(wrong)


class Walker:
    """Somebody who fills in nonsense, each time another one."""

    def __init__(self, world: World, viewer: Viewer, asked: set[str]) -> None:
        self.world = world
        self.viewer = viewer
        self.asked = asked
        self.client = Client(raise_request_exception=False)
        self.nonsense = itertools.cycle(NONSENSE)

    def tried(self, name: str, rule: Rule) -> Iterator[str]:
        """What went wrong at an address."""
        parameters = rule.args(self.world, self.viewer, self._thing(rule))
        url = rule.url or reverse(name, kwargs={**parameters})
        for method in ("get", "post", *(("patch",) if name.startswith("api:") else ())):
            yield from self._filled_in(method, url, dict(rule.data))

    def _filled_in(self, method: str, url: str, data: dict[str, Any]) -> Iterator[str]:
        """A form as it should be, then with nonsense in what is looked up of it."""
        self.asked.clear()
        status, wrong = self._answer(method, url, data)
        yield from wrong
        known: set[str] = set()
        # Some look up a field that another one names.
        while status != 405 and (new := (self.asked | {*data}) - known - {*NONSENSE}):
            known |= new
            for filled in self._forms(sorted(known), sorted(new), data):
                yield from self._answer(method, url, filled)[1]

    def _forms(
        self, known: list[str], new: list[str], data: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        for _time in range(FOR_ALL):
            yield {field: next(self.nonsense) for field in known}
        for field in new:
            for _time in range(FOR_A_FIELD):
                yield {**data, field: next(self.nonsense)}

    def _answer(
        self, method: str, url: str, data: dict[str, Any]
    ) -> tuple[int, list[str]]:
        more: dict[str, Any] = {"data": data}
        if method == "patch":
            more = {"data": json.dumps(data), "content_type": "application/json"}
        with transaction.atomic():
            self.client.force_login(self.world.users[self.viewer.name])
            answer: Any = getattr(self.client, method)(url, **more)
            b"".join(answer)
            transaction.set_rollback(True)
        if answer.status_code < 500:
            return answer.status_code, []
        shown = {name: value[:30] for name, value in data.items()}
        why = getattr(answer, "exc_info", None) or ("", "")
        return 500, [f"{method} {url} {shown}: {why[1]!r:.200}"]

    def _thing(self, rule: Rule) -> Thing | None:
        own = {self.viewer.name, ""}
        found = self.world.of_kind(rule.kind, self.viewer)
        return next((one for one in found if one.owner in own), None)
