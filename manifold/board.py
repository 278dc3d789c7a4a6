"""The board beside a demonstration: the web application as a process of its own."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from connectors.settings import Settings
from manifold.supervisor import environment

_PATIENCE = 30.0
"""Seconds that it may take to start, and to end."""


class BoardProcess:
    """`manifold serve` on a free port of this machine, for as long as the context lasts."""

    def __init__(self, settings: Settings, log: Path) -> None:
        """Start nothing yet. `log`: the file that its output goes to."""
        self._settings = settings
        self._log = log
        self._port = _free()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self._port}/board"
        """Where a browser finds it."""

    def __enter__(self) -> Self:
        """Start it, and go on meanwhile."""
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "manifold", "serve", "--port", str(self._port)],
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C ends the demonstration, which ends this
            )
        return self

    def wait(self) -> bool:
        """Whether it answers, as soon as it does or has ended."""
        live = f"http://127.0.0.1:{self._port}/health/live"
        deadline = time.monotonic() + _PATIENCE
        while self._process is not None and self._process.poll() is None:
            try:
                with urllib.request.urlopen(live, timeout=1):
                    return True
            except (urllib.error.URLError, OSError):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.1)
        return False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
