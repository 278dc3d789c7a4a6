"""What does not hold of the contracts, and the file it stands in."""

from typing import Literal, TypeAlias

import msgspec

Severity: TypeAlias = Literal["error", "warning"]
"""An error breaks somebody; a warning has to be known before it is merged."""


class Finding(msgspec.Struct, frozen=True):
    """Something that does not hold."""

    check: str
    """Which check found it, such as compatibility, lock or retention."""
    where: str
    """The record or topic."""
    message: str
    """What is wrong, and what to do."""
    severity: Severity = "error"
    """Whether it breaks somebody."""
    file: str | None = None
    """The file it stands in, below the contracts' folder."""
    path: str = ""
    """Where in the file: a key of a topic, or the path of a field as in `invoice.lines[].net`."""


def topic_file(topic: str) -> str:
    """The file of a topic's contract, below the contracts' folder."""
    return f"topics/{topic}.yaml"


def schema_file(folder: str, version: int) -> str:
    """The file of a record's version, below the contracts' folder."""
    return f"avro/{folder}/{version}.avsc"
