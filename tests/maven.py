"""Maven, for one at a time: its local repository is not made for several that fetch into it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir


@contextmanager
def maven(folder: str | None = None) -> Iterator[None]:
    """Keep others of this user from Maven while the block runs; wait for those who use it."""
    place = Path(folder or gettempdir()) / f"manifold-maven-{os.getuid()}"
    with place.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
