"""The front door of a pipeline under a load, with its broker behind a proxy."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Self

import httpx2
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.integration.flow_process import PATIENCE
from tests.integration.interrupting import Interrupting
from tests.integration.test_ingest_away import INVOICE
from tests.integration.web_process import WebProcess

_SENDERS = 8
_PAUSE = 1.6
"""Seconds after each answer: five invoices a second, and hardly fewer where answers take long."""
_SLOW = 0.3
"""Seconds, longer than an acknowledgement may take."""


class Door:
    """`manifold serve`, those who send to it, and somebody who watches the board."""

    def __init__(self, bootstrap: str, variables: Mapping[str, str], port: int, log: Path) -> None:
        """`port`: where it tells of itself."""
        self._stack = ExitStack()
        self._proxy = self._stack.enter_context(Interrupting(bootstrap))
        self._variables = {
            **variables,
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": self._proxy.address,
            "MANIFOLD_TELEMETRY__PORT": str(port),
            "MANIFOLD_WEB__ACKNOWLEDGE_LIMIT": "2",
        }
        self._log = log
        self._done = threading.Event()
        self._web = self._started()
        self._numbers = count()
        for each in (*[self._send] * _SENDERS, self._watch):
            thread = threading.Thread(target=each)
            self._stack.callback(thread.join)
            thread.start()
        self._stack.callback(self._done.set)

    def _started(self) -> WebProcess:
        return WebProcess(self._variables, self._log).__enter__()

    def _send(self) -> None:
        with httpx2.Client(timeout=PATIENCE) as client:
            while not self._done.wait(_PAUSE):
                number = next(self._numbers)
                with suppress(httpx2.TransportError):
                    client.post(
                        f"http://127.0.0.1:{self._web.port}/invoices",
                        json={**INVOICE, "number": f"D-{number}"},
                        headers={"idempotency-key": f'"d-{number}"'},
                    )

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            with (
                suppress(OSError, TimeoutError, WebSocketException),
                connect(f"ws://127.0.0.1:{self._web.port}/live") as socket,
            ):
                while not self._done.is_set():
                    socket.recv(timeout=1)

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Have the broker take its time to answer."""
        self._proxy.late = _SLOW
        try:
            yield
        finally:
            self._proxy.late = 0.0

    def broker_away(self) -> AbstractContextManager[None]:
        """Keep the broker from it, and from nobody else."""
        return self._proxy.away()

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Have no process of it."""
        self._web.__exit__()
        try:
            yield
        finally:
            self._web = self._started()

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closed, and nobody sends any more."""
        self._stack.close()
        self._web.__exit__()
