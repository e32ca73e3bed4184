"""Real softphones: baresip over loopback SIP, without a registrar, each with its
bridge."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from crmplus.conf import BASE_DIR
from tests.support import services

MODULES = (
    Path("/usr/lib/baresip/modules"),
    Path("/usr/local/lib/baresip/modules"),
)
# Audio comes from and goes to a bridge within baresip: no sound card is needed.
CONFIG = """\
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
module_path {modules}
module g711.so
module aubridge.so
module account.so
module menu.so
module cons.so
module ctrl_tcp.so
audio_source aubridge,talk
audio_player aubridge,talk
audio_alert aubridge,ring
cons_listen 127.0.0.1:{console}
ctrl_tcp_listen 127.0.0.1:{ctrl}
call_local_timeout {rings_for}
"""
# What baresip 1.0 says when a call is over, however it ended.
OVER = ("session closed", "terminate", "rejecting incoming call", "Local timeout")


def modules() -> Path:
    """Where baresip's modules are; Debian keeps them in /usr/lib."""
    return next((path for path in MODULES if path.is_dir()), MODULES[0])


def free_pair() -> int:
    """A free port whose next one is free as well: baresip takes that one for TLS."""
    while True:
        port = services.free_port()
        with socket.socket() as second, suppress(OSError, OverflowError):
            second.bind(("127.0.0.1", port + 1))
            return port


class Softphone:
    """One baresip that is ``user`` (an extension, or a number outside).

    ``rings_for`` is after how many seconds it gives up an incoming call.
    """

    def __init__(
        self, program: str, folder: Path, user: str, name: str = "", rings_for: int = 60
    ) -> None:
        folder.mkdir()
        self.folder = folder
        self.user = user
        self.sip = free_pair()
        self.console, self.ctrl = services.free_port(), services.free_port()
        self._command = [program, "-4", "-f", str(folder)]
        self._started: list[subprocess.Popen[bytes]] = []
        (folder / "contacts").touch()
        (folder / "accounts").write_text(
            f'"{name}" <sip:{user}@127.0.0.1:{self.sip}>;regint=0\n'
        )
        (folder / "config").write_text(
            CONFIG.format(
                sip=self.sip,
                console=self.console,
                ctrl=self.ctrl,
                modules=modules(),
                rings_for=rings_for,
            )
        )

    def start(self) -> Softphone:
        """Start it and wait until it listens."""
        self._run(self._command, "baresip.log", "baresip is ready")
        return self

    def report_to(self, url: str, key: str) -> None:
        """Start its bridge and wait until that listens to it."""
        file = self.folder / "key"
        file.write_text(key)
        command = [sys.executable, "-m", "softphone_connector.pbx.baresip"]
        command += ["--ctrl", f"127.0.0.1:{self.ctrl}", "--url", url]
        self._run([*command, "--key-file", str(file)], "bridge.log", "Connected to")

    def _run(self, command: list[str], log: str, ready: str) -> None:
        path = self.folder / log
        self._started.append(services.start(command, path, cwd=BASE_DIR))
        services.wait_until(
            lambda: ready in path.read_text("utf-8", "replace"),
            f"“{ready}” is not in {path}",
        )

    def _do(self, command: str) -> None:
        """Type a command into its console."""
        with socket.create_connection(("127.0.0.1", self.console), 10) as console:
            console.settimeout(10)
            console.sendall(command.encode() + b"\n")
            shown = b""
            while b"\n" not in shown:
                shown += console.recv(4096) or b"\n"

    def dial(self, other: Softphone) -> None:
        self._do(f"/dial sip:{other.user}@127.0.0.1:{other.sip}")

    def accept(self) -> None:
        """Answer the call that comes in, once it is there, and wait until both talk."""
        self._await("Incoming call")
        self._do("/accept")
        self.talks()

    def reject(self) -> None:
        """Turn the call away that comes in, once it is there."""
        self._await("Incoming call")
        self._do("/hangup")

    def talks(self) -> None:
        """Wait until the other one's answer has arrived here too."""
        self._await("Call established")

    def hang_up(self) -> None:
        """End the call, whether it was answered or not; without one, do nothing."""
        self._do("/hangup")

    def _await(self, words: str) -> None:
        """Wait until it says so of a call that is not over."""
        path = self.folder / "baresip.log"

        def is_said() -> bool:
            text = path.read_text("utf-8", "replace")
            return text.rfind(words) > max(text.rfind(end) for end in OVER)

        services.wait_until(is_said, f"{self.user} did not say “{words}”")

    def waits_to_send(self) -> None:
        """Wait until its bridge has found that it cannot reach the server."""
        path = self.folder / "bridge.log"
        services.wait_until(
            lambda: "Will be sent again: ended" in path.read_text("utf-8", "replace"),
            "The bridge did not try again",
        )

    def stop(self) -> None:
        """End the bridge, then the phone."""
        for process in reversed(self._started):
            services.stop(process)

    def logs(self) -> str:
        """What phone and bridge wrote so far, without the running meter."""
        texts = [path.read_text("utf-8", "replace") for path in self._log_files()]
        lines = [line for text in texts for line in text.splitlines()]
        return "\n".join(
            line for line in lines if line.strip() and "audio=" not in line
        )

    def _log_files(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))
