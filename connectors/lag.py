"""How far consumer groups are behind: what brokers say, put together and judged.

A look takes a request for each group (its commits) and a handful for all of them together: the
beginnings and ends of partitions, the latest commits, and the next record of those partitions that
are behind. What is kept from look to look are, for each partition, ten commits and some ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # its module hands them on unlisted

from connectors.browse import every_partition, start_offsets
from connectors.clock import now
from connectors.commit_log import TOPIC, CommitLog, partition_of
from connectors.first_unread import FirstUnread
from connectors.groups import Committed, Groups
from connectors.kafka import earliest
from connectors.logs import Log
from connectors.offsets import Offsets, Where
from operators.lag import Ends, Next, PartitionLag, Position, judge
from operators.lag_state import MOST_COMMITS, Commit, latest
from operators.time import Instant

log = Log(__name__)

_REFUSED = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED}
_WINDOWS = 2
"""How far back commits and ends are looked up at first, in windows."""


class Lags:
    """The lag of groups, look by look. Not for several threads."""

    def __init__(self, kafka: Mapping[str, str], window: int) -> None:
        """Connect to nothing yet; `window`: milliseconds without a commit that make a stop."""
        self._kafka = kafka
        self._window = window
        self._apart = window // MOST_COMMITS
        self.groups = Groups(kafka)
        """Whom to ask about groups."""
        self._offsets = Offsets(kafka)
        self._next = FirstUnread(kafka)
        self._log: CommitLog | None = None
        self._logged: frozenset[int] = frozenset()
        """Partitions of the log that are read."""
        self._readable = True
        """Whether there is a log and it may be read."""
        self._commits: dict[tuple[str, Where], tuple[Commit, ...]] = {}
        self._ends: dict[Where, Ends] = {}
        self._looks = 0

    def look(self, wanted: Mapping[str, Iterable[str] | None]) -> list[PartitionLag]:
        """How each group does in the partitions of its topics, as of now.

        `wanted` are the groups, each with the topics it reads; None means those in which it has
        committed something. Raises KafkaException, after which the next look starts anew.
        """
        try:
            return self._look(wanted)
        except KafkaException:
            self.close()
            self.groups, self._offsets = Groups(self._kafka), Offsets(self._kafka)
            raise

    def _look(self, wanted: Mapping[str, Iterable[str] | None]) -> list[PartitionLag]:
        existing = self.groups.topics()
        logged = self._logged_commits(wanted, existing)
        asked = {group: _partitions(topics, existing) for group, topics in wanted.items()}
        committed = self.groups.committed(asked)
        members = self.groups.members(list(wanted))
        partitions = {
            # Where nothing else is said, what a group has committed: of a topic that still exists.
            group: sorted(w for w in committed[group] if w[1] < existing.get(w[0], 0))
            if each is None
            else each
            for group, each in asked.items()
        }
        wheres = sorted({where for each in partitions.values() for where in each})
        starts, at = self._offsets.of(wheres, earliest()), now()
        ends = self._offsets.ends(wheres)
        self._know_ends(ends, at)
        positions = {
            (group, where): Position(
                _offset(committed[group].get(where)), starts[where], ends[where]
            )
            for group, each in partitions.items()
            for where in each
        }
        self._know_commits(positions, logged, at)
        self._forget_but(positions)
        following = self._following(positions)
        self._looks += 1
        return [
            judge(
                (group, *where),
                position,
                self._commits.get((group, where), ()),
                self._ends[where],
                following.get((group, where)),
                at,
                self._window,
                members=members[group],
                enough=self._readable or self._looks > 1,
            )
            for (group, where), position in positions.items()
        ]

    def close(self) -> None:
        """Connect no more."""
        self._next.close()
        if self._log is not None:
            self._log.close()
        self._log, self._logged = None, frozenset()

    def _logged_commits(
        self, groups: Collection[str], existing: Mapping[str, int]
    ) -> dict[tuple[str, Where], tuple[Commit, ...]]:
        """What groups have committed since the last look, with a lag that is not known yet.

        Nothing from the moment on when there is no log that may be read.
        """
        self._readable = self._readable and TOPIC in existing
        if not self._readable:
            return {}
        found: dict[tuple[str, Where], tuple[Commit, ...]] = {}
        try:
            for each in self._log_of(groups, existing[TOPIC]).commits():
                if each.group in groups:
                    key = (each.group, each.where)
                    made = Commit(each.offset, each.at, 0)
                    found[key] = latest([*found.get(key, ()), made], self._apart)
        except KafkaException as error:
            if error.args[0].code() not in _REFUSED:
                raise
            log.warning("commits may not be read: states are known after a second look", log=TOPIC)
            self._readable = False
            return {}
        return found

    def _log_of(self, groups: Iterable[str], partitions: int) -> CommitLog:
        """The log of commits where those of `groups` stand, at first from a while ago."""
        wanted = frozenset(partition_of(group, partitions) for group in groups)
        if self._log is None or not wanted <= self._logged:
            if self._log is not None:
                self._log.close()
            self._logged |= wanted
            wheres = [(TOPIC, each) for each in self._logged]
            since = now() - _WINDOWS * self._window
            self._log = CommitLog(self._kafka, start_offsets(self._kafka, wheres, since))
        return self._log

    def _know_ends(self, ends: Mapping[Where, int], at: Instant) -> None:
        new = [where for where in ends if where not in self._ends]
        for where in new:
            self._ends[where] = Ends(self._apart)
        if new and not self.groups.embedded():
            steps = _WINDOWS * MOST_COMMITS
            for step in range(steps, 0, -1):
                instant = at - step * self._apart
                found = self._offsets.of(new, OffsetSpec.for_timestamp(instant))
                for where, offset in found.items():
                    self._ends[where].add(instant, ends[where] if offset < 0 else offset)
        for where, end in ends.items():
            self._ends[where].add(at, end)

    def _know_commits(
        self,
        positions: Mapping[tuple[str, Where], Position],
        logged: Mapping[tuple[str, Where], Sequence[Commit]],
        at: Instant,
    ) -> None:
        for key, position in positions.items():
            before = self._commits.get(key, ())
            ends = self._ends[key[1]]
            if self._readable:
                made = [
                    Commit(each.offset, each.at, max(0, ends.at(each.at) - each.offset))
                    for each in logged.get(key, ())
                    if not before or each.at > before[-1].at
                ]
            else:
                changed = not before or before[-1].offset != position.committed
                known = position.committed is not None and changed
                made = [Commit(position.next, at, position.lag)] if known else []
            self._commits[key] = latest([*before, *made], self._apart)

    def _forget_but(self, positions: Mapping[tuple[str, Where], Position]) -> None:
        """Keep nothing of groups and topics that are gone."""
        wheres = {where for _, where in positions}
        self._commits = {key: each for key, each in self._commits.items() if key in positions}
        self._ends = {where: each for where, each in self._ends.items() if where in wheres}

    def _following(
        self, positions: Mapping[tuple[str, Where], Position]
    ) -> dict[tuple[str, Where], Next]:
        """The next records. Groups that stand at different offsets of a partition take turns."""
        found: dict[tuple[str, Where], Next] = {}
        left = {key: each.next for key, each in positions.items() if each.lag > 0}
        while left:
            turn = {where: offset for (_, where), offset in left.items()}
            answers = self._next.after(turn)
            for key, offset in list(left.items()):
                if turn[key[1]] == offset:
                    del left[key]
                    if key[1] in answers:
                        found[key] = answers[key[1]]
        return found


def _partitions(topics: Iterable[str] | None, existing: Mapping[str, int]) -> list[Where] | None:
    if topics is None:
        return None
    return every_partition({name: existing[name] for name in topics if name in existing})


def _offset(committed: Committed | None) -> int | None:
    return None if committed is None else committed.offset
