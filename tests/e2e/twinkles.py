"""The softphone Twinkle without a window, over loopback SIP and without a registrar."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from tests.e2e.softphones import Softphone, free_pair
from tests.support import services

# Only what a phone needs to make calls, without a sound card. What reports them is
# added as the profile's page says.
PROFILE = """\
user_name={user}
user_domain=127.0.0.1:{sip}
user_display={name}
register_at_startup=no
pres_publish_startup=no
"""
SYSTEM = """\
sip_port={sip}
rtp_port={rtp}
dev_ringtone=alsa:null
dev_speaker=alsa:null
dev_mic=alsa:null
validate_audio_dev=no
play_ringtone=no
play_ringback=no
"""
# RFC 3261, 11: whoever listens answers it, in a call or not.
OPTIONS = """\
OPTIONS sip:{user}@127.0.0.1:{sip} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{own}
Max-Forwards: 70
From: <sip:test@127.0.0.1:{own}>;tag={own}
To: <sip:{user}@127.0.0.1:{sip}>
Call-ID: {own}@127.0.0.1
CSeq: 1 OPTIONS
Contact: <sip:test@127.0.0.1:{own}>
Content-Length: 0

"""


class Twinkle:
    """One Twinkle that is ``user``, with a home folder of its own."""

    def __init__(self, program: str, home: Path, user: str, name: str) -> None:
        self.home, self.user = home, user
        self.sip, rtp = free_pair(), free_pair()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._log = home / "twinkle.log"
        folder = home / ".twinkle"
        folder.mkdir(parents=True)
        self.profile = folder / "PROFILE.cfg"
        self.profile.write_text(PROFILE.format(user=user, sip=self.sip, name=name))
        (folder / "twinkle.sys").write_text(SYSTEM.format(sip=self.sip, rtp=rtp))

    def start(self) -> Twinkle:
        """Start it and wait until it takes commands."""
        self._process = services.start(
            [self._program, self.profile.name],
            self._log,
            env={**os.environ, "HOME": str(self.home), "LANG": "C"},
            stdin=subprocess.PIPE,
        )
        services.wait_until(lambda: "Twinkle>" in self.logs(), "Twinkle did not start")
        return self

    def _do(self, command: str) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()

    def dial(self, other: Softphone | Twinkle) -> None:
        self._do(f"call sip:{other.user}@127.0.0.1:{other.sip}")

    def accept(self) -> None:
        self._do("answer")

    def reject(self) -> None:
        self._do("reject")

    def hang_up(self) -> None:
        self._do("bye")

    def is_stuck(self) -> bool:
        """Whether it answers nobody any more.

        Twinkle 1.10.2 locks itself up now and then on a busy machine, mostly while it
        calls: its console still takes commands, but no SIP message is looked at.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(10)
            line.bind(("127.0.0.1", 0))
            own = line.getsockname()[1]
            asked = OPTIONS.format(user=self.user, sip=self.sip, own=own)
            lines = asked.replace("\n", "\r\n")
            line.sendto(lines.encode(), ("127.0.0.1", self.sip))
            try:
                return not line.recv(4096).startswith(b"SIP/2.0")
            except TimeoutError:
                return True

    def restart(self) -> None:
        """Start it anew, whatever state it was in."""
        self.stop()
        self._log.rename(self._log.with_suffix(".before"))
        (self.home / ".twinkle" / "twinkle.lck").unlink(missing_ok=True)
        self.start()

    def stop(self) -> None:
        if self._process:
            services.stop(self._process)
            if self._process.stdin:
                self._process.stdin.close()

    def logs(self) -> str:
        """What it wrote so far."""
        return self._log.read_text("utf-8", "replace")
