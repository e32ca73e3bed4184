"""A host of recordings: HTTPS with ranges, and a certificate that can be trusted."""

from __future__ import annotations

import io
import ipaddress
import math
import re
import ssl
import struct
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
RATE = 8_000
RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")


def tone(seconds: int = 3) -> bytes:
    """A WAV file with a quiet tone."""
    samples = (
        int(3000 * math.sin(2 * math.pi * 440 * n / RATE))
        for n in range(seconds * RATE)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return file.getvalue()


@dataclass
class RecordingHost:
    """What it gives for "/call.wav", and what it was asked (headers of requests)."""

    port: int
    authority: Path
    content: bytes
    kind: str = "audio/wav"
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Host and port, as the admin's list of hosts inside the network has it."""
        return f"{HOST}:{self.port}"

    def url(self, path: str = "/call.wav") -> str:
        """The address of a recording."""
        return f"https://{self.name}{path}"


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up: that is its right."""


@contextmanager
def recording_host(folder: Path) -> Iterator[RecordingHost]:
    """A host that runs meanwhile; ``authority`` is the file of its certificate."""
    certificate, key = _certificate(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host.asked.append(dict(self.headers.items()))
            if self.path.startswith("/moved/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/moved"))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path.startswith("/broken"):
                self.send_response(302)
                self.send_header("Location", "https://[broken")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path.startswith("/away"):
                self.send_response(302)
                self.send_header("Location", "https://elsewhere.example.com/call.wav")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._give(host.content)

        def _give(self, content: bytes) -> None:
            found = RANGE.fullmatch(self.headers.get("Range", ""))
            first = int(found[1]) if found else 0
            last = int(found[2]) if found and found[2] else len(content) - 1
            last = min(last, len(content) - 1)
            if first > last:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            part = content[first : last + 1]
            self.send_response(206 if found else 200)
            self.send_header("Content-Type", host.kind)
            self.send_header("Content-Length", str(len(part)))
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Set-Cookie", "secret=1")
            if found:
                whole = f"bytes {first}-{last}/{len(content)}"
                self.send_header("Content-Range", whole)
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = _QuietServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    host = RecordingHost(server.server_port, certificate, tone())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "recordings.pem", folder / "recordings.key"
    pem = serialization.Encoding.PEM
    files[0].write_bytes(certificate.public_bytes(pem))
    files[1].write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
