"""Activation codes: every statement comes back, and nothing but a code is one."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmplus.administration import activation
from crmplus.administration.activation import (
    BEGINS,
    CodeRefusedError,
    Reason,
    Statement,
    StatementError,
    from_text,
    is_licensee,
    issue,
    key_pair,
    read,
    to_text,
)

PRIVATE, PUBLIC = key_pair()
STATEMENT = Statement(
    add_on="softphone_connector",
    licensee="Müller & Söhne GmbH",
    serial="2026-0001",
    valid_until=date(2027, 12, 31),
)
CODE = issue(STATEMENT, PRIVATE)
licensees = st.text(min_size=1, max_size=120).filter(is_licensee)
statements = st.builds(
    Statement,
    add_on=st.from_regex(activation.KEY, fullmatch=True),
    licensee=licensees,
    serial=st.from_regex(activation.SERIAL, fullmatch=True),
    valid_until=st.dates(),
)


def reason(code: str, *keys: bytes) -> Reason:
    """Why a code is refused."""
    with pytest.raises(CodeRefusedError) as refused:
        read(code, keys or [PUBLIC])
    return refused.value.reason


def signed(said: bytes) -> str:
    """A code of something that need not be a statement."""
    key = activation.Ed25519PrivateKey.from_private_bytes(PRIVATE)
    return BEGINS + to_text(key.sign(activation.PURPOSE + said) + said)


@given(statements)
def test_what_was_issued_is_read(statement: Statement) -> None:
    code = issue(statement, PRIVATE)
    assert read(code, [PUBLIC]) == statement
    assert code == issue(statement, PRIVATE)
    assert code.isascii()


@given(st.lists(st.sampled_from(" \n\r\t\u00a0\u2028"), max_size=40), st.randoms())
def test_blanks_and_line_breaks_do_not_count(blanks: list[str], chance) -> None:
    letters = list(CODE)
    for blank in blanks:
        letters.insert(chance.randrange(len(letters) + 1), blank)
    assert read("".join(letters), [PUBLIC]) == STATEMENT


def test_every_flipped_bit_of_the_text_is_refused() -> None:
    text = CODE.encode("ascii")
    for bit in range(len(text) * 8):
        flipped = bytearray(text)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodeRefusedError):
            read(flipped.decode("latin-1"), [PUBLIC])


def test_every_flipped_bit_of_the_content_is_refused() -> None:
    content = from_text(CODE.removeprefix(BEGINS))
    for bit in range(len(content) * 8):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        assert reason(BEGINS + to_text(bytes(flipped))) == Reason.SIGNATURE


def test_the_published_encoding() -> None:
    assert STATEMENT.encoded().decode() == (
        '{"add_on":"softphone_connector","licensee":"Müller & Söhne GmbH",'
        '"serial":"2026-0001","valid_until":"2027-12-31"}'
    )
    content = from_text(CODE.removeprefix(BEGINS))
    assert content[64:] == STATEMENT.encoded()
    key = activation.Ed25519PublicKey.from_public_bytes(PUBLIC)
    key.verify(content[:64], b"CRM+ activation 1\n" + STATEMENT.encoded())


@given(st.text(max_size=300))
def test_any_other_text_is_refused(text: str) -> None:
    assert reason(text) in {Reason.FORM, Reason.SIGNATURE}
    assert reason(BEGINS + text) in {Reason.FORM, Reason.SIGNATURE}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", Reason.FORM),
        ("Dear customer, " + CODE, Reason.FORM),
        (BEGINS + "A" * 2000, Reason.FORM),
        (BEGINS, Reason.SIGNATURE),
        (CODE[:-1], Reason.SIGNATURE),
        (CODE + "A", Reason.SIGNATURE),
        (CODE + "=", Reason.SIGNATURE),
        (CODE.lower(), Reason.FORM),
        (BEGINS + CODE[len(BEGINS) :].swapcase(), Reason.SIGNATURE),
    ],
)
def test_what_is_damaged_is_refused_for_a_reason(code: str, why: Reason) -> None:
    assert reason(code) == why


def test_a_letter_with_idle_bits_is_not_another_spelling() -> None:
    assert from_text(to_text(b"x")) == from_text("eA") == b"x"
    with pytest.raises(ValueError, match="eB"):
        from_text("eB")


def test_a_key_that_did_not_sign_it() -> None:
    other = key_pair()[1]
    assert reason(CODE, other) == Reason.SIGNATURE
    assert reason(CODE, b"too short") == Reason.SIGNATURE
    assert read(CODE, [other, PUBLIC]) == STATEMENT


def test_without_any_key_nothing_can_be_checked() -> None:
    with pytest.raises(CodeRefusedError) as refused:
        read(CODE, [])
    assert refused.value.reason == Reason.NO_KEY


FIELDS = {
    "add_on": "chat",
    "licensee": "Muster",
    "serial": "1",
    "valid_until": date(2027, 1, 2),
}
MEMBERS = {**FIELDS, "valid_until": "2027-01-02"}


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        json.dumps(MEMBERS).encode(),
        json.dumps({**MEMBERS, "seats": 5}, separators=(",", ":")).encode(),
        json.dumps({**MEMBERS, "serial": 5}, separators=(",", ":")).encode(),
        json.dumps({**MEMBERS, "valid_until": 5}, separators=(",", ":")).encode(),
        json.dumps(
            {**MEMBERS, "valid_until": "20270102"}, separators=(",", ":")
        ).encode(),
        json.dumps(
            {**MEMBERS, "valid_until": "2027-02-30"}, separators=(",", ":")
        ).encode(),
        json.dumps(dict(reversed(MEMBERS.items())), separators=(",", ":")).encode(),
        json.dumps({"add_on": "chat"}, separators=(",", ":")).encode(),
    ],
)
def test_what_is_signed_but_no_statement_of_this_version(said: bytes) -> None:
    assert reason(signed(said)) == Reason.FORM


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("add_on", ""),
        ("add_on", "Chat"),
        ("add_on", "c" * 41),
        ("licensee", ""),
        ("licensee", " Muster"),
        ("licensee", "Muster\n"),
        ("licensee", "Mu\u0308ller"),
        ("licensee", "\u202eretsuM"),
        ("licensee", "\ud800"),
        ("licensee", "M" * 121),
        ("serial", ""),
        ("serial", "-1"),
        ("serial", "1" * 33),
        ("serial", "1 2"),
    ],
)
def test_what_cannot_stand_in_a_code(field: str, value: str) -> None:
    with pytest.raises(StatementError, match=field):
        Statement(**{**FIELDS, field: value})
