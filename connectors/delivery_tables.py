"""The tables of flows that deliver."""

from msgspec import Struct

from connectors.changelog_table import TableType
from operators.outbox import Owed
from operators.time import Instant


class Told(Struct, frozen=True, array_like=True, gc=False):
    """Something was delivered."""

    at: Instant
    """Of the poll whose commit remembers it."""


OWED = TableType("owed", Owed)
"""By what is delivered, what is still to be."""
TOLD = TableType("told", Told, in_pages=True)
"""By what is delivered, what was lately."""
