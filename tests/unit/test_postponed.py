"""In whatever order things come: each request is answered when the part is back, and once."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from connectors.changelog_table import ChangelogTable
from connectors.failures import ATTEMPTS, RecordFailed
from connectors.postponed import POSTPONED, Limits, Postponement
from connectors.stream import Decoded, Produced, Received, Rejected
from connectors.tables import MemoryStore
from operators.resumption import Postponed, Rate

PART = "policy"
STEP = 250
"""Milliseconds from one step to the next."""


class Upload(Struct, frozen=True):
    """All that is looked at."""

    request_id: str
    attempt: int


class Branch:
    """A branch that judges when the part is there."""

    def __init__(self) -> None:
        self.there = False
        self.log: list[Received] = []
        self.answers: Counter[tuple[str, int]] = Counter()
        """Known answers by request and attempt."""
        self.unknown: set[tuple[str, int]] = set()
        self.tables = MemoryStore((POSTPONED,)).open(0)
        self.at = 0
        self.postponement = Postponement(
            "test", Rate(40), self.decode, self.fetch, Limits(), lambda _: None
        )

    def fetch(self, _: str, __: int, offsets: Iterable[int]) -> list[Received]:
        return [self.log[offset] for offset in sorted(offsets)]

    def decode(self, received: Received) -> Decoded[Any] | Rejected:
        if received.poison is not None:
            return Rejected(received, "poison", received.poison.message)
        request, _, attempt = (received.value or b"").decode().partition("/")
        return Decoded(Upload(request, int(attempt)), received)

    def judge(self, _: Any, upload: Decoded[Any], at: int) -> Iterable[Produced]:
        record = upload.record
        request = record.request_id, record.attempt
        away = None if self.there else PART
        self.postponement.note(self.tables, request, upload.received, away, "away", at)
        return (Produced(record, upload.received),)

    def upload(self, request: str, attempt: int) -> None:
        self.log.append(
            Received("u", 0, len(self.log), None, f"{request}/{attempt}".encode(), [], self.at)
        )
        decoded = self.decode(self.log[-1])
        assert isinstance(decoded, Decoded)
        list(self.judge(self.tables, decoded, self.at))
        (self.answers.update if self.there else self.unknown.update)([(request, attempt)])

    def tick(self) -> int:
        self.at += STEP
        written = list(self.postponement.resume(self.tables, 0, self.at, self.judge))
        for each in written:
            assert isinstance(each, Produced)
            assert self.there, "nothing is written while the part is away"
            record: Any = each.record
            self.answers[record.request_id, record.attempt] += 1
        return len(written)

    @property
    def waiting(self) -> dict[str, int]:
        entries = self.tables[POSTPONED.name].items()
        return {key: entry.attempt for key, entry in entries if isinstance(entry, Postponed)}


REQUESTS = st.tuples(st.sampled_from("ABCDEFGH"), st.integers(1, 3))
STEPS = st.lists(
    st.one_of(REQUESTS, st.sampled_from(["tick", "back", "away", "rewind", "hint"])), max_size=60
)


@given(STEPS)
def test_all_are_answered_once_the_part_is_back_and_none_again(steps: list[Any]) -> None:
    branch = Branch()
    uploads: Counter[tuple[str, int]] = Counter()
    for step in steps:
        if step == "tick":
            branch.tick()
        elif step == "rewind":
            branch.postponement.forget()
        elif step == "hint":
            branch.postponement.hint(branch.at)
        elif step in ("back", "away"):
            branch.there = step == "back"
        else:
            uploads[step] += 1
            branch.upload(*step)
    latest = dict(sorted(branch.unknown))

    branch.there = True
    for _ in range(80_000 // STEP):
        branch.tick()

    assert not dict(branch.tables[POSTPONED.name].items())
    assert not branch.postponement.due(0, branch.at + 100_000)
    for (request, attempt), count in branch.answers.items():
        # The same upload twice is answered twice; judging again adds no more than one answer.
        assert count <= uploads[request, attempt] + ((request, attempt) in branch.unknown)
    for request, attempt in latest.items():
        newest = max(each for known, each in uploads if known == request)
        assert branch.answers[request, attempt] or newest > attempt


@given(st.integers(1, 300), st.integers(0, 3))
def test_a_hundred_that_wait_come_at_the_rate(count: int, rewinds: int) -> None:
    branch = Branch()
    for number in range(count):
        branch.upload(f"R{number}", 1)
    for _ in range(rewinds):
        branch.postponement.forget()
    assert len(branch.waiting) == count
    branch.there = True
    written = [branch.tick() for _ in range(60_000 // STEP)]
    assert sum(written) == count
    assert set(branch.answers.values()) == {1}
    # 40 a second, and a tenth of a second's at once.
    per_second = [sum(written[at : at + 4]) for at in range(len(written) - 4)]
    assert max(per_second) <= 44


@pytest.mark.parametrize("where", ["judged", "written"])
def test_one_that_fails_when_it_is_judged_again_or_written_is_set_aside(where: str) -> None:
    branch = Branch()
    branch.upload("A", 1)
    branch.there = True
    kept = dict(branch.tables[POSTPONED.name].items())

    def fails(_: Any, upload: Decoded[Any], at: int) -> Iterable[Produced]:
        raise ValueError("it cannot be judged")

    def epoch() -> list[Any]:
        branch.at += 10_000
        again = fails if where == "judged" else branch.judge
        try:
            written = list(branch.postponement.resume(branch.tables, 0, branch.at, again))
            if written and isinstance(written[0], Produced):
                raise RecordFailed(branch.log[0], ValueError("it cannot be written"))
        except RecordFailed as failed:
            for key, entry in kept.items():
                branch.tables[POSTPONED.name].put(key, entry)
            branch.postponement.forget()
            list(branch.postponement.resume(branch.tables, 0, 0, branch.judge))
            branch.postponement.failed(failed, branch.at)
            return []
        return written

    for _ in range(ATTEMPTS):
        assert epoch() == []
    (letter,) = epoch()
    assert (letter.reason, letter.received.offset) == ("poison", 0)
    assert not branch.waiting


def test_a_part_that_is_away_for_ever_keeps_no_more_pages_than_its_requests() -> None:
    branch = Branch()
    branch.postponement = Postponement(
        "test", Rate(40), branch.decode, branch.fetch, Limits(keep=20 * STEP), lambda _: None
    )
    table = ChangelogTable[Any]("changelog", POSTPONED)
    branch.tables = {POSTPONED.name: table}
    pages: set[bytes] = set()
    most = 0
    for number in range(400):
        branch.upload(f"R{number}", 1)
        assert branch.tick() == 0
        for key, value in table.changes():
            (pages.discard if value is None else pages.add)(key)
        most = max(most, len(pages))
    assert len(branch.waiting) < 30
    assert most < 60, "pages of requests that have long been given up"
