"""Whether a run wrote what it had to: no figure counts without it."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.harness.trial import Trial
from bench.job.expected import expected, timeless
from connectors.browse import read_all
from connectors.envelope import TRACEPARENT
from connectors.stream import Headers
from operators.decision import InvoiceDecision

_EXAMPLES = 3


class Verdict(Struct, frozen=True):
    """What is right and wrong about the records of a run."""

    uploads: int
    """Uploads that were written."""
    lost: int
    """Results and decisions that are missing."""
    duplicated: int
    """Results and decisions that are there once more than they should be."""
    wrong: int
    """Results and decisions that differ from the replay; 0 where there is none."""
    incomplete: int
    """Decisions that were first made without all answers."""
    untraced: int = 0
    """Results and decisions that do not belong to the trace of their upload."""
    examples: tuple[str, ...] = ()
    """Some of those that are not as they should be."""

    @property
    def right(self) -> bool:
        """Whether everything is there, once, and as it should be."""
        return not (self.lost or self.duplicated or self.wrong)


Key = tuple[str, str, int, int, int]
"""Kind, request, attempt, and the upload's place or the revision."""


class Answers:
    """What should come of the uploads of an input topic, by digest."""

    def __init__(self, trial: Trial) -> None:
        """Read the input and, where its workload can be replayed, replay it."""
        found = list(read_all(trial.broker.client, [trial.input]))
        decode = trial.codec.decoder(Upload)
        self.uploads = len(found)
        self.digests: dict[Key, bytes] = {}
        self.traces: dict[str, bytes] = {}
        """Requests, with the trace that their uploads have begun."""
        for each in found:
            request = decode(each.value or b"")
            self.traces[request.request_id] = trace_of(each.headers)
            if trial.workload.replayed:
                continue
            for kind in trial.results.values():
                place = (0, 0) if kind is InvoiceDecision else (each.partition, each.offset)
                self.digests[(kind.__name__, request.request_id, request.attempt, *place)] = b""
        if trial.workload.replayed:
            wanted = expected((each.source, each.value or b"") for each in found)
            for record in (*wanted.results, *wanted.decisions):
                self.digests[key_of(record)] = digest(record)


class Upload(Struct, frozen=True, tag="InvoiceUploaded"):
    """What is read of an upload."""

    request_id: str
    attempt: int = 1


def trace_of(headers: Headers) -> bytes:
    """The trace that a record belongs to; nothing when it says none."""
    return next((value[3:35] for name, value in headers if name == TRACEPARENT and value), b"")


def judged(trial: Trial, answers: Answers) -> Verdict:
    """What a reader of committed records finds after a run, against what should be there."""
    decoders: dict[str, Callable[[bytes], Any]] = {
        topic: trial.codec.decoder(record) for topic, record in trial.results.items()
    }
    untraced = 0

    def records() -> Iterator[Any]:
        nonlocal untraced
        for each in read_all(trial.broker.client, decoders):
            record = decoders[each.topic](each.value or b"")
            untraced += trace_of(each.headers) != answers.traces.get(record.request_id)
            yield record

    found = compared(records(), answers.digests, answers.uploads)
    return replace(found, untraced=untraced)


def compared(records: Iterable[Any], wanted: dict[Key, bytes], uploads: int) -> Verdict:
    """What some records are, against the digests of those that should be there."""
    seen: set[Key] = set()
    revisions: set[tuple[Key, int]] = set()
    finals: dict[Key, InvoiceDecision] = {}
    duplicated = wrong = incomplete = 0
    examples: list[str] = []

    def note(what: str, key: Key) -> None:
        if len(examples) < _EXAMPLES:
            examples.append(f"{what}: {key}")

    def check(key: Key, record: Any) -> int:
        if key in wanted and wanted[key] in (b"", digest(record)):
            return 0
        note("wrong" if key in wanted else "unexpected", key)
        return 1

    for record in records:
        key = key_of(record)
        if isinstance(record, InvoiceDecision):
            if (key, record.revision) in revisions:
                duplicated += 1
                note("doubled", key)
                continue
            revisions.add((key, record.revision))
            incomplete += not record.complete
            if key not in finals or finals[key].revision < record.revision:
                finals[key] = record
        elif key in seen:
            duplicated += 1
            note("doubled", key)
        else:
            wrong += check(key, record)
        seen.add(key)
    for key, decision in finals.items():
        wrong += check(key, replace(decision, revision=1, changes=()))
    lost = wanted.keys() - seen
    for key in sorted(lost)[:_EXAMPLES]:
        note("lost", key)
    return Verdict(uploads, len(lost), duplicated, wrong, incomplete, examples=tuple(examples))


def key_of(record: Any) -> Key:
    """What makes a result or a decision another one."""
    kind = type(record).__name__
    if isinstance(record, InvoiceDecision):
        return kind, record.request_id, record.attempt, 0, 0
    source = record.source
    return kind, record.request_id, record.attempt, source.partition, source.offset


def digest(record: Any) -> bytes:
    """A digest of a record without the times at which it was made."""
    return blake2b(msgspec.msgpack.encode(timeless(record)), digest_size=8).digest()
