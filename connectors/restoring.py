"""Who wants to know how far the reading of state has come."""

from typing import Literal, Protocol, TypeAlias

What: TypeAlias = Literal["state", "reference data"]


class Watcher(Protocol):
    """Is told of each restore, by the thread that does it."""

    def began(self, what: What, /) -> None:
        """A restore begins."""

    def progressed(self, records: int, ratio: float, /) -> None:
        """So many records have been read, and this share of all."""

    def ended(self, records: int, /) -> None:
        """All is read."""


class _Nobody:
    def began(self, what: What, /) -> None:
        pass

    def progressed(self, records: int, ratio: float, /) -> None:
        pass

    def ended(self, records: int, /) -> None:
        pass


NOBODY: Watcher = _Nobody()
