"""What is written down sealed, with keys from a file that is read again when it changes."""

import threading
from pathlib import Path

from connectors import keyring
from connectors.keyring import Sealer, Unopened, sealed_with

OVERHEAD = 256
"""Bytes that sealing adds, at most."""


class AtRest:
    """Seals what is written and opens what is read, for one purpose. Threads may share it."""

    def __init__(self, path: Path, purpose: str) -> None:
        """Raises KeysWrong when there are no keys in the file."""
        self._path = path
        self._purpose = purpose
        self._lock = threading.Lock()
        self._at = 0
        self._sealer = self._read()

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._fresh().current

    def seal(self, content: bytes, context: str) -> bytes:
        """The content, which only opens with the same context: its place."""
        return self._fresh().seal(content, context.encode())

    def open(self, content: bytes, context: str) -> bytes:
        """What was sealed; what was written before there were keys is as it is. Raises Unopened."""
        if sealed_with(content) is None:
            return content
        try:
            return self._sealer.open(content, context.encode())
        except Unopened:
            return self._fresh().open(content, context.encode())

    def indexes(self, content: bytes, context: str) -> list[str]:
        """What the same content is found by, of each key, that which seals first."""
        return self._fresh().indexes(content, context.encode())

    def _fresh(self) -> Sealer:
        with self._lock:
            if self._path.stat().st_mtime_ns != self._at:
                self._sealer = self._read()
            return self._sealer

    def _read(self) -> Sealer:
        self._at = self._path.stat().st_mtime_ns if self._path.exists() else 0
        return keyring.read(self._path).for_(self._purpose)
