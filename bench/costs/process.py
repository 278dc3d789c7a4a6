"""A process of a flow whose CPU and memory are looked at."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench.harness.gauges import MIB, cpu_seconds

_PATIENCE = 120.0


class Taken(NamedTuple):
    """CPU seconds: of the process, and of its first thread, which is the one that works."""

    cpu: float
    thread: float

    def __sub__(self, before: "Taken") -> "Taken":
        """What was taken since."""
        return Taken(self.cpu - before.cpu, self.thread - before.thread)

    def plus(self, other: "Taken") -> "Taken":
        """Both together."""
        return Taken(self.cpu + other.cpu, self.thread + other.thread)


class FlowProcess:
    """`manifold run FLOW`, as a context manager that ends it."""

    def __init__(self, flow: str, variables: Mapping[str, str], log: Path) -> None:
        """Started, and ready: it has its partitions and has restored them."""
        self.flow = flow
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "manifold", "run", flow, "--instance", "costs"],
                env={**os.environ, **variables, "MANIFOLD_TELEMETRY__PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._wait_for_start()

    def __enter__(self) -> "FlowProcess":
        """As it is."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ended, cleanly if it can."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def taken(self) -> Taken:
        """What it has taken since it was started. Ends the program when it has ended."""
        if self._process.poll() is not None:
            raise SystemExit(f"{self.flow} ended with {self._process.returncode}; see its log")
        pid = self._process.pid
        first = next(each for each in psutil.Process(pid).threads() if each.id == pid)
        return Taken(cpu_seconds(pid), first.user_time + first.system_time)

    def mib(self) -> float:
        """Memory that no other process shares, MiB."""
        return float(psutil.Process(self._process.pid).memory_full_info().uss) / MIB

    def metrics(self) -> dict[str, dict[str, float]]:
        """Its metrics: samples by name, values by the bucket's upper bound ("" for none)."""
        found: dict[str, dict[str, float]] = {}
        with urllib.request.urlopen(f"{self._url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[sample.labels.get("le", "")] = sample.value
        return found

    def _wait_for_start(self) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            self.taken()
            try:
                with urllib.request.urlopen(f"{self._url}/health/startup", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise SystemExit(f"{self.flow} has not started within {_PATIENCE:.0f} s; see its log")
