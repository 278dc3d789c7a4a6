"""Is the reference data there, and new enough to judge by?

>>> hour = 3_600_000
>>> kept = Kept("purchase orders", max_age=24 * hour)
>>> lack(kept, newest=0, at=25 * hour, records=7).reason
'purchase orders are 25 h old, 24 h allowed'
>>> lack(kept, newest=2 * hour, at=25 * hour, records=7) is None
True
>>> lack(Kept("vendors", required=True), newest=0, at=hour, records=0).reason
'no vendors have been published'
"""

from msgspec import Struct

from operators.time import Instant


class Kept(Struct, frozen=True):
    """What is asked of a reference topic."""

    name: str
    """As people call it."""
    max_age: Instant | None = None
    """Milliseconds its newest record may be old; None when age does not matter."""
    required: bool = False
    """Whether it must have a record; otherwise none is as good as any."""


class Lack(Struct, frozen=True):
    """What keeps a branch from judging."""

    part: str
    """What is away."""
    reason: str
    """Why, as a person reads it."""


def lack(kept: Kept, *, newest: Instant | None, records: int, at: Instant) -> Lack | None:
    """What a reference topic lacks, None when it will do.

    `newest`: Kafka's time of its newest record, tombstones included; None when it never had one.
    """
    if (kept.required and not records) or (kept.max_age is not None and newest is None):
        return Lack(kept.name, f"no {kept.name} have been published")
    if kept.max_age is not None and newest is not None and at - newest > kept.max_age:
        allowed = _duration(kept.max_age)
        return Lack(kept.name, f"{kept.name} are {_duration(at - newest)} old, {allowed} allowed")
    return None


def _duration(milliseconds: Instant) -> str:
    """In the largest unit of which there are two or more."""
    for unit, name in ((86_400_000, "days"), (3_600_000, "h"), (60_000, "min")):
        if milliseconds >= (3 if name == "days" else 2) * unit:
            return f"{milliseconds // unit} {name}"
    return f"{milliseconds // 1_000} s"
