"""`manifold serve` as a process of its own, over a test's pipeline."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.integration.pipeline import Pipeline

_PATIENCE = 180.0


@contextmanager
def served(pipeline: Pipeline, folder: Path, **variables: str) -> Iterator[str]:
    """The address of a web application that has begun to read; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "manifold", "serve", "--port", str(port)],
            env={**os.environ, **pipeline.variables, **variables},
            stdout=out,
            stderr=out,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _until_ready(address, process, log)
        yield address
        process.terminate()
        assert process.wait(30) in (0, -15), log.read_text()
    finally:
        process.kill()
        process.wait()
        print(log.read_text()[-4_000:])


def _until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    said = ""
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ready = httpx2.get(f"{address}/health/ready")
            if ready.status_code == 200:
                return
            said = ready.text
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the web application did not start: {said}\n{log.read_text()}")
