"""Keys that keep things secret at rest, and what is sealed with them (AES-256-GCM).

What is sealed says which key it was sealed with, so keys can be changed while old ones still open
what they have sealed. A key is never used as it is: each purpose has its own, derived from it.

>>> ring = Ring((made("1"),)).for_("doctest")
>>> ring.open(ring.seal(b"DE89370400440532013000", b"account"), b"account")
b'DE89370400440532013000'
"""

import base64
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from connectors.errors import Misconfigured
from connectors.private_file import replaced, written_once

MAGIC = b"\x93manifold-sealed-1\n"
"""What everything sealed begins with; no document does."""
_BYTES = 32
_NONCE = 12


class Unopened(Exception):
    """Something sealed cannot be opened: changed, of another purpose, or of a key that is gone."""


class KeysWrong(Misconfigured):
    """A file of keys cannot be used; the text says which and why, and shows no key."""


class Key(Struct, frozen=True):
    """A key, and what it is called in what it has sealed."""

    id: str
    key: str
    """32 bytes in base64."""

    def secret(self) -> bytes:
        """Its bytes. Raises ValueError."""
        found = base64.b64decode(self.key, validate=True)
        if len(found) != _BYTES or not 0 < len(self.id.encode()) <= 64:
            raise ValueError("a key has 32 bytes, and an id of up to 64")
        return found


class Ring(Struct, frozen=True):
    """Keys: the first seals, all of them open."""

    keys: tuple[Key, ...]

    def for_(self, purpose: str) -> "Sealer":
        """Keys of one purpose."""
        return Sealer(self, purpose)

    def with_new(self) -> "Ring":
        """With another key in front, called by the next number."""
        numbers = [int(key.id) for key in self.keys if key.id.isascii() and key.id.isdigit()]
        return Ring((made(str(max(numbers, default=0) + 1)), *self.keys))

    def __repr__(self) -> str:
        """Without the keys."""
        return f"Ring({', '.join(key.id for key in self.keys)})"


class Sealer:
    """Seals and opens for one purpose. Threads may share it."""

    def __init__(self, ring: Ring, purpose: str) -> None:
        """Derives a key of each."""
        self._ciphers = {key.id: AESGCM(_derived(key.secret(), purpose)) for key in ring.keys}
        self._indexing = [_derived(key.secret(), f"{purpose} index") for key in ring.keys]
        self.current = ring.keys[0].id
        """The id of the key that seals."""

    def seal(self, content: bytes, context: bytes = b"") -> bytes:
        """The content, which only opens with the same context: where it belongs."""
        name = self.current.encode()
        head = MAGIC + bytes((len(name),)) + name
        nonce = os.urandom(_NONCE)
        return head + nonce + self._ciphers[self.current].encrypt(nonce, content, head + context)

    def open(self, sealed: bytes, context: bytes = b"") -> bytes:
        """What was sealed. Raises Unopened."""
        name = sealed_with(sealed)
        cipher = None if name is None else self._ciphers.get(name)
        if cipher is None or name is None:
            raise Unopened("it was sealed with a key that is not there")
        head = len(MAGIC) + 1 + len(name.encode())
        nonce, rest = sealed[head : head + _NONCE], sealed[head + _NONCE :]
        try:
            return cipher.decrypt(nonce, rest, sealed[:head] + context)
        except (InvalidTag, ValueError):
            raise Unopened("it is not what was sealed") from None

    def indexes(self, content: bytes, context: bytes = b"") -> list[str]:
        """Blind indexes: the same for the same content and context, and of each key its own.

        The first is of the key that seals. Without the keys nothing is learnt from one but which
        contents are the same.
        """
        found = []
        for secret in self._indexing:
            code = HMAC(secret, SHA256())
            code.update(len(context).to_bytes(4, "big") + context + content)
            found.append(code.finalize().hex())
        return found


def sealed_with(content: bytes) -> str | None:
    """The id of the key that something was sealed with; None when it was not."""
    if not content.startswith(MAGIC) or len(content) <= len(MAGIC):
        return None
    start = len(MAGIC) + 1
    return content[start : start + content[len(MAGIC)]].decode(errors="replace")


def made(name: str) -> Key:
    """A key of that id."""
    return Key(name, base64.b64encode(os.urandom(_BYTES)).decode())


def read(path: Path) -> Ring:
    """The keys in a file. Raises KeysWrong."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o007:
            raise KeysWrong(f"everybody may read the keys in {path}: chmod 600 {path}")
        ring = msgspec.json.decode(path.read_bytes(), type=Ring)
        for key in ring.keys:
            key.secret()
    except FileNotFoundError:
        raise KeysWrong(
            f"there are no keys in {path}: put your copy back, or make the first ones with "
            f"`manifold keys new --file {path}`"
        ) from None
    except (OSError, ValueError) as error:
        raise KeysWrong(f"{path} holds no keys that can be used ({type(error).__name__})") from None
    if len({key.id for key in ring.keys}) != len(ring.keys) or not ring.keys:
        raise KeysWrong(f"{path} has to hold keys of different ids, one at least")
    return ring


def read_or_made(path: Path) -> Ring:
    """The keys in a file, which is made when there is none."""
    try:
        if not path.exists():
            written_once(path, written(Ring((made("1"),))))
    except OSError as error:
        raise KeysWrong(f"no keys can be made in {path} ({error.strerror})") from None
    return read(path)


def write(path: Path, ring: Ring) -> None:
    """Put these keys in place of those in a file."""
    replaced(path, written(ring))


def written(ring: Ring) -> bytes:
    """A file's content."""
    return msgspec.json.format(msgspec.json.encode(ring)) + b"\n"


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _BYTES, salt=None, info=f"manifold {purpose}".encode()).derive(secret)
