"""A stream of bytes, however it is cut, gives its messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone_connector.bridges.following import BrokenStream
from softphone_connector.pbx.baresip.netstrings import Netstrings


@given(st.lists(st.binary(max_size=50)), st.integers(1, 20))
def test_any_messages_survive_any_pieces(messages: list[bytes], size: int) -> None:
    stream = b"".join(b"%d:%s," % (len(one), one) for one in messages)
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    netstrings = Netstrings()
    assert [one for piece in pieces for one in netstrings.feed(piece)] == messages


@pytest.mark.parametrize(
    "stream",
    [b"hello", b"5;hello,", b":x,", b"-1:,", b"99999999", b"5:hello;", b"1000001:"],
)
def test_what_is_no_netstring_is_not_waited_for(stream: bytes) -> None:
    with pytest.raises(BrokenStream):
        list(Netstrings().feed(stream))
