"""A proxy before a broker: breaks all connections, or the one an EndTxn comes on, or is slow."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

_END_TXN = 26


class Interrupting:
    """Passes requests on to a broker, and gives itself out for it."""

    def __init__(self, bootstrap: str) -> None:
        """Listen before the broker at `bootstrap`."""
        host, _, port = bootstrap.rpartition(":")
        self._broker = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self._clients: list[socket.socket] = []
        self._port = int(self._server.getsockname()[1])
        self.address = f"127.0.0.1:{self._port}"
        self.interrupts = 0
        """EndTxn requests still to be kept."""
        self.late = 0.0
        """Seconds by which answers are held back."""
        self.kept: list[bytes] = []
        """Those kept, the latest last."""

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(self, *_: object) -> None:
        self._refuse()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Break every connection and refuse others, as if the broker had died."""
        self._refuse()
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        self._clients.clear()
        try:
            yield
        finally:
            self._server = socket.create_server(("127.0.0.1", self._port))
            self._serve()

    def deliver(self) -> None:
        """Let the broker have the latest request that was kept, and wait for its answer."""
        frame = self.kept[-1]
        with socket.create_connection(self._broker) as broker, broker.makefile("rb") as answers:
            broker.sendall(struct.pack(">i", len(frame) - 4) + frame[4:])
            answers.read(*struct.unpack(">i", answers.read(4)))

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def _refuse(self) -> None:
        # Closing alone leaves the port taken while another thread accepts on it.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                self._clients.append(client)
                broker = socket.create_connection(self._broker)
                for ends in ((client, broker, self._request), (broker, client, self._answer)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()

    def _request(self, frame: bytes) -> bytes | None:
        if self.interrupts and struct.unpack_from(">h", frame, 4) == (_END_TXN,):
            self.interrupts -= 1
            self.kept.append(frame)
            return None
        return frame

    def _answer(self, frame: bytes) -> bytes:
        time.sleep(self.late)
        port = struct.pack(">i", self._broker[1])
        return frame.replace(port, struct.pack(">i", self._port))


def _pass_on(
    source: socket.socket, target: socket.socket, change: Callable[[bytes], bytes | None]
) -> None:
    with source, target, suppress(OSError, struct.error), source.makefile("rb") as reader:
        while size := reader.read(4):
            frame = change(size + reader.read(*struct.unpack(">i", size)))
            if frame is None:
                source.shutdown(socket.SHUT_RDWR)
                return
            target.sendall(frame)
