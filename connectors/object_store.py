"""The store that documents lie in: a folder, or a bucket of S3, Google or Azure.

Events only point at documents. What an event points at is fetched from the configured store and
from nowhere else, up to a size, and it is what the event says or it is refused: its SHA-256
decides.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import obstore
import stamina
from msgspec import Struct
from obstore.exceptions import (
    BaseError,
    GenericError,
    JoinError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore

from connectors.at_rest import OVERHEAD, AtRest
from connectors.clock import now
from connectors.document_address import key_below, new_key, store_url
from connectors.errors import Unavailable
from connectors.guard import Guard
from connectors.keyring import Unopened, sealed_with
from connectors.object_store_options import opened
from connectors.settings import Documents
from operators.time import Instant
from operators.upload import Document

PART = "document store"
PURPOSE = "documents"
"""Of the keys."""
ATTEMPTS = 4

Reason: TypeAlias = Literal[
    "document_missing", "document_changed", "document_too_large", "outside_store", "store_away"
]
"""Why a document is not there to be read."""

Answer = TypeVar("Answer")

_CHUNK = 1_048_576
_REFUSED = (PermissionDeniedError, UnauthenticatedError, PermissionError)
_FAILURES = (BaseError, OSError)
_NO_BUCKET = re.compile("<Code>(NoSuchBucket|ContainerNotFound)</Code>")
"""No key has angle brackets."""
_STATUS = re.compile(r"status code: (\d{3}) ")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class Stored(Struct, frozen=True):
    """A document in the store."""

    key: str
    size: int
    """Bytes."""
    changed_at: Instant


class DocumentRefused(Exception):
    """A document cannot be read as it is; the text says what to do, and no name."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        """`reason`: for dead letters."""
        super().__init__(sentence)
        self.reason: Reason = reason


class StoreAway(Unavailable):
    """The store does not answer as it should. Nothing is known of the document: try later."""

    reason: Reason = "store_away"


class Store:
    """Documents by their names. Threads may share it."""

    def __init__(self, settings: Documents) -> None:
        """Open it, which makes the folder if it is one, and connects nothing.

        Raises InvalidSettings when there can be no such store.
        """
        self._url = store_url(settings.url)
        self._most_bytes = settings.most_bytes
        limit = settings.time_limit.total_seconds()
        self._store = opened(self._url, settings.options, limit / 3)
        self._folder = self._store.prefix if isinstance(self._store, LocalStore) else None
        self._rest = None if settings.keys is None else AtRest(settings.keys, PURPOSE)
        self.guard = Guard(PART)
        self._retrying = stamina.RetryingCaller(
            attempts=ATTEMPTS,
            timeout=limit * 2 / 3,  # the last attempt takes the rest
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        )

    def put(self, content: bytes, media_type: str, at: Instant) -> Document:
        """Store a document and say where it is; `at`: when it came in.

        When this returns, the document can be fetched: send the event then. Putting it again, on
        the same day, changes nothing. Raises StoreAway.
        """
        if not _MEDIA_TYPE.fullmatch(media_type):
            media_type = "application/octet-stream"
        sha256 = hashlib.sha256(content).hexdigest()
        key = new_key(at, sha256, media_type)
        written = content if self._rest is None else self._rest.seal(content, key)

        def write() -> None:
            obstore.put(
                self._store,
                key,
                written,
                attributes={"Content-Type": media_type} if self._folder is None else None,
                use_multipart=False,
            )

        self._asking(write)
        return Document(key, media_type, sha256)

    def get(self, document: Document, limit: int) -> bytes:
        """The bytes of a document, of which there are at most `limit`.

        Raises DocumentRefused, and StoreAway when the store has failed several times or lately.
        """
        key = key_below(self._url, document.uri)
        if key is None:
            raise _outside()
        content = self._opened(self._asking(lambda: self._read(key, limit + OVERHEAD)), key)
        if len(content) > limit:
            raise _too_large(limit)
        if hashlib.sha256(content).hexdigest() != document.sha256.lower():
            raise _changed()
        return content

    def sha256_of(self, key: str) -> str | None:
        """The SHA-256 of what lies there; None when no document that can be read does.

        Raises StoreAway.
        """
        limit = self._most_bytes + OVERHEAD
        try:
            content = self._opened(self._asking(lambda: self._read(key, limit)), key)
        except DocumentRefused:
            return None
        return hashlib.sha256(content).hexdigest()

    def check(self, document: Document, limit: int) -> Document:
        """A document that is there and has at most `limit` bytes, by its relative name.

        What it holds is not looked at. Raises DocumentRefused and StoreAway.
        """
        key = key_below(self._url, document.uri)
        if key is None:
            raise _outside()
        self._asking(lambda: self._check(key, limit))
        return Document(key, document.media_type, document.sha256.lower())

    def _check(self, key: str, limit: int) -> None:
        try:
            if self._folder is not None:
                _check_file(self._folder, key)
            size = obstore.head(self._store, key)["size"]
        except FileNotFoundError as error:
            if _NO_BUCKET.search(str(error)):
                raise
            raise _missing() from None
        if size > limit:
            raise _too_large(limit)

    def listed(self, prefix: str) -> Iterator[Stored]:
        """What lies below a prefix. Raises StoreAway."""
        pages = iter(obstore.list(self._store, prefix))
        while True:
            page = self._asking(lambda: next(pages, None))
            if page is None:
                return
            for found in page:
                changed = round(found["last_modified"].timestamp() * 1_000)
                yield Stored(found["path"], found["size"], changed)

    def delete(self, key: str) -> None:
        """Delete a document; one that is gone is no failure. Raises StoreAway."""

        def gone() -> None:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, key)

        self._asking(gone)

    def key_of(self, document: Document) -> str | None:
        """The relative name of what an event points at; None when it is in no store of ours."""
        return key_below(self._url, document.uri)

    def resealed(self, key: str, limit: int) -> bool:
        """Seal what lies there with the key in force; False when it was already.

        Raises DocumentRefused and StoreAway.
        """
        assert self._rest is not None
        found = self._asking(lambda: self._read(key, limit + OVERHEAD))
        if sealed_with(found) == self._rest.current:
            return False
        written = self._rest.seal(self._opened(found, key), key)
        self._asking(lambda: obstore.put(self._store, key, written, use_multipart=False))
        return True

    def sealed_with(self, key: str) -> str | None:
        """The id of the key that what lies there is sealed with. Raises StoreAway."""
        head = self._asking(lambda: obstore.get_range(self._store, key, start=0, length=OVERHEAD))
        return sealed_with(bytes(head))

    def _opened(self, content: bytes, key: str) -> bytes:
        try:
            if self._rest is not None:
                return self._rest.open(content, key)
        except Unopened:
            raise _changed() from None
        if sealed_with(content) is not None:
            raise StoreAway("documents are sealed: name the file of their keys in documents.keys")
        return content

    def _read(self, key: str, limit: int) -> bytes:
        try:
            if self._folder is not None:
                _check_file(self._folder, key)
            result = obstore.get(self._store, key)
        except FileNotFoundError as error:
            if _NO_BUCKET.search(str(error)):
                raise
            raise _missing() from None
        if result.meta["size"] > limit:
            raise _too_large(limit)
        chunks, size = [], 0
        for chunk in result.stream(min_chunk_size=_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
        return b"".join(chunks)

    def _asking(self, call: Callable[[], Answer]) -> Answer:
        """What `call` returns, tried several times, unless the store has failed lately."""
        if not self.guard.allows(now()):
            raise StoreAway(f"the {PART} is away: {self.guard.reason}")
        try:
            answer = self._retrying(_is_transient, call)
        except DocumentRefused:
            self.guard.succeeded()
            raise
        except _FAILURES as error:
            cause = _cause(error)
            self.guard.failed(now(), cause)
            raise StoreAway(f"the {PART} is away: {cause}") from None
        except BaseException as error:
            # A bug, or an interruption: the guard has to be told of every call it has allowed.
            self.guard.failed(now(), type(error).__name__)
            raise
        self.guard.succeeded()
        return answer


def _check_file(folder: Path, key: str) -> None:
    """A folder may hold links out of it, and things that are no files and never end."""
    if not folder.is_dir():
        raise NotADirectoryError
    path = (folder / key).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise _outside()
    if not path.is_file():
        raise FileNotFoundError


def _outside() -> DocumentRefused:
    return DocumentRefused(
        "outside_store",
        "the event points outside of the document store: store the document below documents.url "
        "and send its name there",
    )


def _missing() -> DocumentRefused:
    return DocumentRefused(
        "document_missing", "there is no such document in the store: send it again"
    )


def _too_large(limit: int) -> DocumentRefused:
    return DocumentRefused(
        "document_too_large",
        f"the document has more than {limit:,} bytes: send a smaller one, "
        "or raise documents.most_bytes",
    )


def _changed() -> DocumentRefused:
    return DocumentRefused(
        "document_changed",
        "the stored document is not the one that was sent (its SHA-256 differs): send it again",
    )


def _is_transient(error: Exception) -> bool:
    if isinstance(error, FileNotFoundError | PermissionError):
        return False
    return isinstance(error, GenericError | JoinError | OSError)


def _cause(error: Exception) -> str:
    """Why the store did not do it, without addresses, names and secrets."""
    if isinstance(error, FileNotFoundError):
        return "there is no such bucket; check documents.url"
    if isinstance(error, _REFUSED):
        return "it refuses; check its credentials and permissions"
    status = _STATUS.search(str(error))
    return f"it answers with status {status[1]}" if status else "no answer"
