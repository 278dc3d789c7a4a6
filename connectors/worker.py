"""A worker as its pool sees it: a process of its own that is asked, and ended."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock

from connectors.channel import Channel, Gone
from connectors.worker_main import DUMP
from connectors.worker_messages import (
    Answer,
    Done,
    OutOfMemory,
    Raised,
    Ready,
    Start,
    read_answer,
    write,
)

START_LIMIT = 120.0
"""Seconds for a worker to import what it needs and load its models."""

_PASSED_ON = frozenset("HOME LANG LANGUAGE LD_LIBRARY_PATH PATH TESSDATA_PREFIX TZ".split())
_PASSED_ON_PREFIXES = ("LC_", "OMP_", "OPENBLAS_")
"""Of our environment. All else stays with us: passwords, keys and addresses are in it."""

_MOST_ANSWERED = 200_000_000
"""Bytes of what comes of a document, pictures of its pages included."""
_LONGEST_TRACE = 3_000
_MOST_TRACES = 65_536
"""Bytes; of several threads, and the one that works comes last."""
_DUMP_LIMIT = 0.5
"""Seconds that a worker that hangs has to say where."""


class Hung(Exception):
    """A worker has not answered in time. It has been ended; the argument is where it was."""


class Died(Exception):
    """A worker has ended by itself; the arguments are how, and where it was if it could say."""


class Worker:
    """One process, which runs one function over one document after the other."""

    def __init__(self, start: Start, environment: Mapping[str, str]) -> None:
        """Start the process; that it is ready is waited for by the first question."""
        self.asked = 0
        """Documents it was given."""
        self._ready = False
        self._ended = False
        self._lock = Lock()
        self._folder = tempfile.mkdtemp(prefix="manifold-worker-")
        self._traces = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        fds = theirs.fileno(), self._traces.fileno()
        arguments = (*fds, os.getpid(), self._folder)
        with theirs:
            # Never a plain fork: what other threads hold, librdkafka's among them, stays held.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "connectors.worker_main", *map(str, arguments)],
                env={**_inherited(), **environment, "TMPDIR": self._folder},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=fds,
                start_new_session=True,  # Ctrl-C in a terminal is for the pool alone
            )
        self._start = write(start)

    def ready(self) -> Answer:
        """Wait until it can work; what it says then. Raises Hung and Died."""
        if self._ready:
            return Ready()
        answer = self._answer(self._start, START_LIMIT)
        self._ready = isinstance(answer, Ready)
        return answer

    def ask(self, document: bytes, limit: float) -> Done | OutOfMemory | Raised:
        """What comes of a document within so many seconds. Raises Hung and Died."""
        self.asked += 1
        answer = self._answer(document, limit)
        if isinstance(answer, Ready):
            self.end()
            raise Died("said what it was not asked", "")
        return answer

    def _answer(self, message: bytes, limit: float) -> Answer:
        until = time.monotonic() + limit
        try:
            self._channel.send(message, until)
            return read_answer(self._channel.receive(until, _MOST_ANSWERED))
        except TimeoutError:
            where = self._where()
            self.end()
            raise Hung(where) from None
        except (Gone, ValueError, RecursionError):
            where = self._trace()
            self.end()
            raise Died(_how(self._process.returncode), where) from None

    def _where(self) -> str:
        """Where it hangs."""
        with suppress(ProcessLookupError):
            self._process.send_signal(DUMP)
        until = time.monotonic() + _DUMP_LIMIT
        while not (trace := self._trace()) and time.monotonic() < until:
            time.sleep(0.01)
        return trace

    def _trace(self) -> str:
        with self._lock:
            if self._ended:
                return ""
            written = os.pread(self._traces.fileno(), _MOST_TRACES, 0)
        return written[-_LONGEST_TRACE:].decode(errors="replace")

    def end(self) -> None:
        """End it and what it has started, at once. Any thread may, and again."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            with suppress(OSError):
                # Before it is waited for: until then its group is no other's.
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._channel.close()
            self._traces.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def _inherited() -> dict[str, str]:
    ours = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }
    return {**ours, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _how(code: int) -> str:
    if code < 0:
        names = {each.value: each.name for each in signal.Signals}
        return f"was ended by {names.get(-code, f'signal {-code}')}"
    return f"ended with code {code}"
