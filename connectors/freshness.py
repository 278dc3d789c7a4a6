"""What the reference topics of a branch lack, looked at once a poll."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from connectors.errors import Misconfigured
from connectors.reference import ReferenceTable
from connectors.settings import Reference
from operators.freshness import Kept, Lack, lack
from operators.time import Instant

_PREFIX = "reference."


def kept(settings: Reference, topics: Mapping[str, str], read: Sequence[str]) -> dict[str, Kept]:
    """What is asked of the topics that are `read`, by topic.

    `topics`: every reference topic, by its name without what all have before it. Raises
    Misconfigured for a setting about another.
    """
    known = {name.removeprefix(_PREFIX): topic for name, topic in topics.items()}
    for name in (*settings.required, *settings.max_age):
        if name not in known:
            raise Misconfigured(
                f"settings of [reference] name {name}, there are: {', '.join(sorted(known))}"
            )
    return {
        topic: Kept(
            name.replace("_", " "),
            None if age is None else age // timedelta(milliseconds=1),
            name in settings.required,
        )
        for name, topic in known.items()
        if topic in read
        and ((age := settings.max_age.get(name)) is not None or name in settings.required)
    }


class Freshness:
    """Whether the reference tables of a branch are there and new enough."""

    def __init__(
        self,
        kept: Mapping[str, Kept],
        table_of: Callable[[str], ReferenceTable[object]],
    ) -> None:
        """`kept`: what is asked of some topics; `table_of` a topic gives its table."""
        self._kept = kept
        self._table_of = table_of
        self._at: Instant = -1
        self._lack: Lack | None = None

    def lack(self, at: Instant) -> Lack | None:
        """The first thing that is missing at the instant of a poll."""
        if not self._kept or at == self._at:
            return self._lack
        self._at, self._lack = at, None
        for topic, kept in self._kept.items():
            table = self._table_of(topic)
            found = lack(kept, newest=table.newest, records=len(table), at=at)
            if found is not None:
                self._lack = found
                break
        return self._lack
