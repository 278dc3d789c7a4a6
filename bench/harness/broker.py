"""The broker that everything is measured on: one of its own, started fresh, or a named one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bench.harness.system import ROOT

PORT = 19092
"""The port of a broker of its own; the port above it is the controller's."""
_SCRIPT = ROOT / "deploy" / "kafka" / "broker"


class NoBroker(Exception):
    """There is no broker to measure on; the text says why."""


class Broker(Struct, frozen=True):
    """A broker that answers."""

    bootstrap: str
    """Its address."""
    folder: Path | None = None
    """Where its logs lie; None when that is not known."""

    @property
    def client(self) -> dict[str, str]:
        """librdkafka settings of a client."""
        return {"bootstrap.servers": self.bootstrap}


@contextmanager
def broker(port: int = PORT) -> Iterator[Broker]:
    """The broker that BENCH_BOOTSTRAP names, else one on `port` with nothing in it.

    Raises NoBroker.
    """
    named = os.environ.get("BENCH_BOOTSTRAP")
    if named:
        yield Broker(named)
        return
    room = ROOT / ".kafka" / str(port)
    _call(port, "stop")
    shutil.rmtree(room, ignore_errors=True)
    try:
        _call(port, "start")
        yield Broker(f"127.0.0.1:{port}", room / "data")
    finally:
        _call(port, "stop")
        shutil.rmtree(room, ignore_errors=True)


def _call(port: int, what: str) -> None:
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), what],
        env={**os.environ, "MANIFOLD_KAFKA_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        raise NoBroker((done.stdout + done.stderr).strip())
