"""Files that only their owner may read."""

import os
from contextlib import suppress
from pathlib import Path


def written_once(path: Path, content: bytes) -> None:
    """Write a file of mode 600 that is whole or not there; one that is there already stays.

    Two processes that start together end with the same file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, content)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def replaced(path: Path, content: bytes) -> None:
    """Write a file of mode 600 in place of the one that is there: either is there, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, content)
    draft.replace(path)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
