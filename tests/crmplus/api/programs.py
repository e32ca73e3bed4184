"""A program that uses the API, and what it is told."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from crmplus.accounts.models import User
from crmplus.api import tokens

PROBLEM = "application/problem+json"


def program(user: User) -> Client:
    """A program with a token of a user."""
    return Client(headers={"authorization": f"Token {tokens.create(user)[1]}"})


def send(client: Client, method: str, url: str, body: Any) -> Any:
    """Send JSON."""
    return client.generic(method, url, json.dumps(body), "application/json")


def faults(answer: Any) -> dict[str, str]:
    """What a 400 says of each field."""
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == PROBLEM
    return {one["field"]: one["detail"] for one in answer.json()["errors"]}
