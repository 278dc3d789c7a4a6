"""A broker of a test's own, which can be stopped, paused and started again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from typing import Self

from tests.integration.flow_process import REPOSITORY

_SCRIPT = REPOSITORY / "deploy" / "kafka" / "broker"


class OwnBroker:
    """One broker; what it has written goes with it."""

    def __init__(self) -> None:
        """Start it, and wait until it answers."""
        self._port = _free_pair()
        self._room = REPOSITORY / ".kafka" / str(self._port)
        self.bootstrap = f"127.0.0.1:{self._port}"
        self.start()

    def __enter__(self) -> Self:
        """Running."""
        return self

    def __exit__(self, *_: object) -> None:
        """Gone."""
        self.resume()
        self.stop()
        shutil.rmtree(self._room, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("start")

    def stop(self) -> None:
        """Stop it; its data stays."""
        self._run("stop")

    def pause(self) -> None:
        """Let it stand still, its connections open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        pid = self._room / "pid"
        if pid.exists():
            os.kill(int(pid.read_text()), number)

    def _run(self, what: str) -> None:
        environment = {**os.environ, "MANIFOLD_KAFKA_PORT": str(self._port)}
        done = subprocess.run(
            [sys.executable, _SCRIPT, what], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def _free_pair() -> int:
    """A free port with a free one above it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
