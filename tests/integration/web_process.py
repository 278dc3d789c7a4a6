"""One process of `manifold serve`, started and killed as an operating system would."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx2

from tests.integration.flow_process import PATIENCE, REPOSITORY


class WebProcess:
    """The web application on a port of its own."""

    def __init__(
        self, settings: Mapping[str, str], log: Path, program: tuple[str, ...] = ("-m", "manifold")
    ) -> None:
        """Start it; `program` in Python's arguments, if another one should serve."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *program, "serve", "--port", str(self.port)],
                cwd=REPOSITORY,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE)

    def __enter__(self) -> Self:
        """Serving."""
        self.until_it_answers("/health/live", 200)
        return self

    def __exit__(self, *_: object) -> None:
        """Gone."""
        self.client.close()
        self.kill()

    def until_it_answers(self, path: str, status: int) -> httpx2.Response:
        """Ask until the answer is the one that is wanted."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, f"it has ended\n{self.told()}"
            try:
                answer = self.client.get(path)
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code == status:
                return answer
            assert time.monotonic() < deadline, f"no {status} from {path}\n{self.told()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """The exit code, once it has ended."""
        return self._process.wait(PATIENCE)

    def told(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace")
