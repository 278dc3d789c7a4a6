"""What a task hands records to before their epoch is open."""

from typing import Protocol

from connectors.stream import Received


class Ahead(Protocol):
    """Work on records that takes longer than a transaction may: done before an epoch is open."""

    def takes(self, received: Received, /) -> bool:
        """Take a record over; False when there is no room for more work in this poll."""

    def work(self) -> None:
        """Do the work on all that was taken."""
