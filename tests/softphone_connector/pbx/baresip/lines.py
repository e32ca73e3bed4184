"""What baresip 1.0.0 (Debian 12) wrote to ctrl_tcp, shortened to what is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

AT = datetime(2026, 3, 4, 11, 0, 0, 250_000, tzinfo=UTC)
ANSWERED_INBOUND = """\
{"event":true,"type":"CALL_INCOMING","class":"call","accountaor":"sip:202@127.0.0.1:25074","direction":"incoming","peeruri":"sip:201@127.0.0.1:25071","peerdisplayname":"Anna 201","id":"5691c46fdeae4cfb","param":"sip:201@127.0.0.1:25071"}
{"event":true,"type":"CALL_REMOTE_SDP","class":"other","accountaor":"sip:202@127.0.0.1:25074","direction":"incoming","peeruri":"sip:201@127.0.0.1:25071","peerdisplayname":"Anna 201","id":"5691c46fdeae4cfb","param":"offer"}
{"event":true,"type":"CALL_ESTABLISHED","class":"call","accountaor":"sip:202@127.0.0.1:25074","direction":"incoming","peeruri":"sip:201@127.0.0.1:25071","peerdisplayname":"Anna 201","id":"5691c46fdeae4cfb","param":"sip:201@127.0.0.1:25071"}
{"response":true,"ok":true,"data":"sip:202@127.0.0.1:25074: Answering incoming call\\n","token":"t1"}
{"event":true,"type":"CALL_CLOSED","class":"call","accountaor":"sip:202@127.0.0.1:25074","direction":"incoming","peeruri":"sip:201@127.0.0.1:25071","peerdisplayname":"Anna 201","id":"5691c46fdeae4cfb","param":"Connection reset by peer"}
"""  # noqa: E501
ANSWERED_OUTBOUND = """\
{"event":true,"type":"CALL_LOCAL_SDP","class":"other","accountaor":"sip:201@127.0.0.1:25071","direction":"outgoing","peeruri":"sip:202@127.0.0.1:25074","param":"offer"}
{"response":true,"ok":true,"data":"","token":"t1"}
{"event":true,"type":"CALL_RINGING","class":"call","accountaor":"sip:201@127.0.0.1:25071","direction":"outgoing","peeruri":"sip:202@127.0.0.1:25074","id":"5691c46fdeae4cfb","param":"sip:202@127.0.0.1:25074"}
{"event":true,"type":"CALL_ESTABLISHED","class":"call","accountaor":"sip:201@127.0.0.1:25071","direction":"outgoing","peeruri":"sip:202@127.0.0.1:25074","id":"5691c46fdeae4cfb","param":"sip:202@127.0.0.1:25074"}
{"event":true,"type":"CALL_RTPESTAB","class":"other","accountaor":"sip:201@127.0.0.1:25071","direction":"outgoing","peeruri":"sip:202@127.0.0.1:25074","id":"5691c46fdeae4cfb","param":"audio"}
{"event":true,"type":"CALL_CLOSED","class":"call","accountaor":"sip:201@127.0.0.1:25071","direction":"outgoing","peeruri":"sip:202@127.0.0.1:25074","id":"5691c46fdeae4cfb","param":"Connection reset by user"}
"""  # noqa: E501


def event(kind: str, *, param: str = "", inbound: bool = True, **given: str) -> str:
    """One line in baresip's words; ``given`` replaces fields."""
    return json.dumps(
        {
            "event": True,
            "type": kind,
            "class": "call",
            "accountaor": "sip:201@127.0.0.1:25071",
            "direction": "incoming" if inbound else "outgoing",
            "peeruri": "sip:+491711234567@127.0.0.1;transport=udp",
            "id": "1b040349",
            "param": param,
            **given,
        }
    )


def netstring(text: str) -> bytes:
    data = text.encode()
    return b"%d:%s," % (len(data), data)
