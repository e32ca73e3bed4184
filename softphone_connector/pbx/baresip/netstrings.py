"""Netstrings (https://cr.yp.to/proto/netstrings.txt): ``5:hello,``, how ctrl_tcp
frames its messages."""

from __future__ import annotations

from collections.abc import Iterator

from softphone_connector.bridges.following import BrokenStream

# An event of baresip has a few hundred bytes; its longest answers list all commands.
MAX_LENGTH = 1_000_000
MAX_DIGITS = len(str(MAX_LENGTH))


class Netstrings:
    """Cuts a stream of bytes, however it arrives in pieces, into its messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are complete with ``data``. Raises BrokenStream."""
        self._rest += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> bytes | None:
        head, colon, rest = self._rest.partition(b":")
        if not colon and len(head) <= MAX_DIGITS and (head.isdigit() or not head):
            return None
        if not head.isdigit() or len(head) > MAX_DIGITS or int(head) > MAX_LENGTH:
            raise BrokenStream(f"no length: {head[:20]!r}")
        length = int(head)
        if len(rest) <= length:
            return None
        if rest[length : length + 1] != b",":
            raise BrokenStream("a message does not end where it says")
        self._rest = rest[length + 1 :]
        return rest[:length]
