"""The softphone Twinkle without a window, over loopback SIP and without a registrar."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
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
# How far away, in seconds, those are whom Twinkle calls. Over loopback a phone answers
# within a millisecond; Twinkle 1.10.2, which has just started its script then, drops
# that answer now and then, and with it all that follow.
DISTANCE = 0.02


class Wire:
    """The way to a phone over SIP's UDP: each message takes ``DISTANCE`` seconds.

    The phone's answers come back on it (RFC 3581, rport). What follows once both know
    each other's contact does not.
    """

    def __init__(self, phone: int) -> None:
        self._phone = ("127.0.0.1", phone)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._carry, daemon=True).start()

    def _carry(self) -> None:
        caller = None
        with suppress(OSError):  # The socket is closed.
            while True:
                message, sender = self._socket.recvfrom(65535)
                time.sleep(DISTANCE)
                if sender != self._phone:
                    caller = sender
                    self._socket.sendto(message, self._phone)
                elif caller:
                    self._socket.sendto(message, caller)

    def close(self) -> None:
        with suppress(OSError):  # Wakes whoever waits for a message.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Twinkle:
    """One Twinkle that is ``user``, with a home folder of its own."""

    def __init__(self, program: str, home: Path, user: str, name: str) -> None:
        self.home, self.user = home, user
        self.sip, rtp = free_pair(), free_pair()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._wires: dict[int, Wire] = {}
        self._log = home / "twinkle.log"
        folder = home / ".twinkle"
        folder.mkdir(parents=True)
        self._log.touch()
        self.profile = folder / "PROFILE.cfg"
        self.profile.write_text(PROFILE.format(user=user, sip=self.sip, name=name))
        (folder / "twinkle.sys").write_text(SYSTEM.format(sip=self.sip, rtp=rtp))

    def start(self) -> Twinkle:
        """Start it and wait until it takes commands."""
        ready = self.logs().count("Twinkle>") + 1
        (self.home / ".twinkle" / "twinkle.lck").unlink(missing_ok=True)
        self._process = services.start(
            [self._program, self.profile.name],
            self._log,
            env={**os.environ, "HOME": str(self.home), "LANG": "C"},
            stdin=subprocess.PIPE,
        )
        services.wait_until(
            lambda: self.logs().count("Twinkle>") >= ready, "Twinkle did not start"
        )
        return self

    def _do(self, command: str) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()

    def dial(self, other: Softphone) -> None:
        wire = self._wires.get(other.sip) or Wire(other.sip)
        self._wires[other.sip] = wire
        self._do(f"call sip:{other.user}@127.0.0.1:{wire.port}")

    def accept(self) -> None:
        self._do("answer")

    def reject(self) -> None:
        self._do("reject")

    def hang_up(self) -> None:
        self._do("bye")

    def restart(self) -> None:
        """Start it anew, whatever it was doing."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it at once: it has nothing to save, and SIGTERM takes it 15 seconds."""
        for wire in self._wires.values():
            wire.close()
        self._wires.clear()
        if self._process:
            services.stop(self._process, signal.SIGKILL)
            assert self._process.stdin
            self._process.stdin.close()
            self._process = None

    def logs(self) -> str:
        """What it wrote so far."""
        return self._log.read_text("utf-8", "replace")
