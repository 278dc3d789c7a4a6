"""A daemon in a thread that speaks ClamAV's protocol, and knows one virus."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 200_000
"""Bytes of a document at most: its StreamMaxLength."""

Answer = Callable[[socket.socket], None]


def clamd(connection: socket.socket) -> None:
    """As clamd(8) answers PING and INSTREAM."""
    command = b""
    while not command.endswith(b"\0"):
        command += _exactly(connection, 1)
    if command == b"zPING\0":
        connection.sendall(b"PONG\0")
        return
    assert command == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", _exactly(connection, 4))[0]:
        content += _exactly(connection, size)
        if len(content) > MOST:
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
    connection.sendall(found[:7])
    connection.sendall(found[7:])


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise ConnectionError
        content += part
    return content


class Clamd:
    """Listens on a socket in the file system while the block runs, and can be started again."""

    def __init__(self, path: Path, answer: Answer = clamd) -> None:
        self.address = f"unix:{path}"
        self._path = path
        self._answer = answer

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self._path))
        self._server.listen()
        threading.Thread(target=self._serve, args=(self._server,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._answer(connection)
