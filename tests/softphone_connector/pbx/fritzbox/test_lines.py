"""Lines of the call monitor, whole, broken and hostile."""

from __future__ import annotations

import pytest

from softphone_connector.bridges.following import BrokenStream
from softphone_connector.pbx.fritzbox.lines import MAX_LENGTH, Line, lines, parse


def test_a_line_of_each_kind() -> None:
    ring = parse("04.05.26 11:30:00;RING;0;01711234567;200893;SIP0;")
    fields = ("01711234567", "200893", "SIP0", "")
    assert ring == Line("04.05.26 11:30:00", "RING", "0", fields)
    assert parse("04.05.26 11:31:10;DISCONNECT;12;63;") == Line(
        "04.05.26 11:31:10", "DISCONNECT", "12", ("63", "")
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;;",
        "RING;0;1;2;",
        "04.05.26;RING;0;1;2;",
        "04.05.26 11:30:00;RING",
        "04.05.26 11:30:00;RING;0;1",
        "04.05.26 11:30:00;RING;x;1;2;",
        "04.05.26 11:30:00;RING;99999;1;2;",
        "04.05.26 11:30:00;FAX;0;1;2;",
        "04.05.26 11:30:00;CALL;0;1;2",
        "04.05.26 11:30:00;DISCONNECT;0",
        "٠٤.05.26 11:30:00;RING;0;1;2;",
    ],
)
def test_what_is_no_line(text: str) -> None:
    assert parse(text) is None


def test_lines_may_arrive_in_pieces() -> None:
    stream = [b"a;b\r\nc", b"", b";d\n", b"\xff;e\nrest"]
    assert list(lines(iter(stream))) == ["a;b", "c;d", "\ufffd;e"]


def test_a_line_without_an_end_ends_the_connection() -> None:
    with pytest.raises(BrokenStream, match="without an end"):
        list(lines(iter([b"x" * (MAX_LENGTH + 1)])))
