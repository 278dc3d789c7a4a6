"""Exit codes of a flow's process."""

from enum import IntEnum


class Exit(IntEnum):
    """How a flow's process ended."""

    CLEAN = 0
    FAILED = 70
    """A step raised; the record is tried again after a restart."""
    NOT_COMMITTED = 75
    """The epoch could not be committed, or the broker refused something; start again."""
    MISCONFIGURED = 78
    """Starting again will not help before somebody has changed something."""
