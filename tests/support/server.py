"""The product as it runs for real: uvicorn processes on free ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from crmplus.conf import BASE_DIR
from tests.support import services

DEMO_PASSWORD = "quiet-copper-lantern"
# Lets the add-ons work, as the demo does.
ACTIVATE = (
    *("shell", "--no-imports", "-c"),
    "from crmplus.administration import demo; demo.load()",
)


def product_environment(data: Path, given: Mapping[str, str]) -> dict[str, str]:
    """What a server's process finds in its environment: little of ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"HOME", "LANG", "PATH", "TMPDIR"} or name.startswith("COV_")
    }
    return kept | {
        "DJANGO_SETTINGS_MODULE": "crmplus.settings",
        "CRMPLUS_DATA": str(data),
        "CRMPLUS_DEMO": "1",
        "DEMO_PASSWORD": DEMO_PASSWORD,
        "PYTHONUNBUFFERED": "1",
        **given,
    }


class Server:
    """One server process of the product with its data folder.

    ``given`` adds to its environment, e.g. DATABASE_URL and REDIS_URL. Two servers
    with the same data folder and environment are two processes of one installation.
    """

    application = "crmplus.asgi:application"

    def __init__(self, data: Path, given: Mapping[str, str]) -> None:
        self.data = data
        self.given = dict(given)
        self.port = services.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = product_environment(data, {"BASE_URL": self.url, **given})
        self.log_file = data / f"server-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start (again, on the same port) and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", self.application]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--timeout-graceful-shutdown", "3"]
        self._process = services.start(
            command, self.log_file, env=self.environ, cwd=BASE_DIR
        )
        services.wait_until(self._answers, f"{self.url} did not answer")
        return self

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"The server ended at once:\n{self.log()}")
        try:
            urllib.request.urlopen(f"{self.url}/sign-in/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        if self._process is None:
            raise RuntimeError("The server was not started.")
        return self._process

    def manage(self, *arguments: str, text: str | None = None) -> str:
        """Run a management command of the same installation; gives its output.

        ``text`` is its standard input. Raises with its messages where it fails.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environ,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def log(self) -> str:
        """What the server wrote so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as an administrator would; nothing happens to one that ended."""
        if self._process is not None:
            services.stop(self._process, signal.SIGTERM)


def make_template(data: Path) -> Path:
    """Fill a data folder with an empty, migrated SQLite database and static files."""
    server = Server(data, {})
    server.manage("migrate", "--verbosity=0")
    server.manage(*ACTIVATE)
    server.manage("collectstatic", "--noinput", "--verbosity=0")
    return data


def copy_template(template: Path, data: Path) -> Path:
    """Make a data folder like the template's; static files are shared."""
    data.mkdir()
    for file in template.iterdir():
        if file.name == "static":
            (data / "static").symlink_to(file)
        elif file.is_file():
            shutil.copy2(file, data)
    return data
