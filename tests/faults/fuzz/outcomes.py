"""What must have become of each record: exactly one outcome, and the right kind of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias, get_args

from connectors import dead_letters
from connectors.codec import Undecodable
from connectors.stream import Outgoing, Reason, Received
from connectors.wire import FORWARDED
from flows import DELIVERIES, EXTRACT, FLOWS
from operators.audit import InvoiceAudit
from operators.decision import InvoiceDecision, InvoiceSettled
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import FACTS, LONGEST, VendorMemory
from operators.extraction.reviewing import BEFORE_DECISION
from operators.notifications import InvoiceNotificationAddressed
from operators.notifications.schedule import fault
from operators.result import Result
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested, Refusal
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded
from tests.contract.generated_records import CONTRACTS, decoded, decoder
from tests.faults.fuzz.mutants import Mutant

REASONS = frozenset(get_args(Reason))
_MEMORIES = CONTRACTS.topic_of(VendorMemory).name
_BY_PEOPLE = CONTRACTS.topic_of(InvoiceReviewCompleted).name
_REFUSALS = frozenset(get_args(Refusal))
LARGEST = 1_000_000
"""Bytes of a record that a producer takes unless it is told otherwise (`message.max.bytes`)."""
_SAID = 11
"""Headers that a dead letter has behind those of its record."""

Where: TypeAlias = tuple[str, int, int]


class Wrong(AssertionError):
    """A record's outcome is not what it must be."""

    def __init__(self, where: Received | int | None, message: str) -> None:
        """`where`: the record, or its offset, if it is known."""
        super().__init__(message)
        self.offset = where.offset if isinstance(where, Received) else where


class Written:
    """What a flow has written, by the record it answers."""

    def __init__(self, written: Sequence[Outgoing]) -> None:
        """Raises Wrong when a record cannot be written or does not keep to its contract."""
        self.letters: dict[Where, list[Outgoing]] = defaultdict(list)
        self.answers: Counter[Where] = Counter()
        self.revisions: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.settled: Counter[tuple[str, int]] = Counter()
        self.sent_on: Counter[bytes | None] = Counter()
        self.read: dict[str, int] = defaultdict(lambda: -1)
        """The last attempt of each request whose document was read or asked about."""
        self.remembered: set[str] = set()
        """Vendors of whom something was remembered or forgotten."""
        for outgoing in written:
            if outgoing.topic == _MEMORIES:
                self.remembered.add((outgoing.key or b"").decode())
                continue
            is_letter = outgoing.topic.endswith(".dlq")
            if outgoing.topic == _BY_PEOPLE:
                self.sent_on[outgoing.value] += 1
                continue
            offset = self._letter(outgoing) if is_letter else self._record(decoded(outgoing))
            self._check_size(outgoing, offset)

    def _check_size(self, outgoing: Outgoing, offset: int | None) -> None:
        headers = sum(len(name) + len(value or b"") for name, value in outgoing.headers)
        size = len(outgoing.key or b"") + len(outgoing.value or b"") + headers
        if size > LARGEST:
            raise Wrong(offset, f"a record for {outgoing.topic} is too large to be written")

    def _letter(self, letter: Outgoing) -> int:
        headers = dict(letter.headers[-_SAID:])
        partition, offset = headers[dead_letters.PARTITION], headers[dead_letters.OFFSET]
        topic = headers[dead_letters.TOPIC].decode()
        if letter.topic != f"{topic}.dlq":
            raise Wrong(None, f"a dead letter of {topic} went to {letter.topic}")
        self.letters[topic, int(partition), int(offset)].append(letter)
        return int(offset)

    def _record(self, record: Any) -> int | None:
        if isinstance(record, Result | InvoiceAudit):
            source = record.source
            self.answers[source.topic, source.partition, source.offset] += 1
            return source.offset
        if isinstance(record, InvoiceDecision):
            self.revisions[record.request_id, record.attempt].append(record.revision)
        elif isinstance(record, InvoiceSettled):
            self.settled[record.request_id, record.attempt] += 1
        elif isinstance(record, InvoiceOcrCompleted | InvoiceReviewRequested):
            self.read[record.request_id] = max(self.read[record.request_id], record.attempt)
        return None


class Outcomes:
    """The rules of one flow."""

    def __init__(self, flow: str) -> None:
        """`flow` is its consumer group's name too."""
        assert flow in FLOWS
        self._flow = flow
        self._latest: Counter[str] = Counter()
        """The latest attempt of each request that was uploaded."""

    def check(self, mutants: Sequence[Mutant], outgoing: Sequence[Outgoing]) -> Counter[str]:
        """How many records came to which end; raises Wrong at the first that is not right."""
        written = Written(outgoing)
        self._latest.clear()
        for mutant in mutants:
            record = _understood(mutant.received)
            if isinstance(record, InvoiceUploaded):
                latest = max(self._latest[record.request_id], record.attempt)
                self._latest[record.request_id] = latest
        ends = Counter(self._end(mutant, written) for mutant in mutants)
        letters = sum(map(len, written.letters.values()))
        counted = sum(count for end, count in ends.items() if end in REASONS)
        if letters != counted:
            raise Wrong(None, f"{letters} dead letters for {counted} records set aside")
        for request, revisions in written.revisions.items():
            if revisions != list(range(1, len(revisions) + 1)):
                raise Wrong(None, f"request {request} has the revisions {revisions}")
        return ends

    def _end(self, mutant: Mutant, written: Written) -> str:
        received = mutant.received
        where = (received.topic, received.partition, received.offset)
        letters, answers = written.letters.get(where, []), written.answers[where]
        target = received.header(dead_letters.TARGET_GROUP)
        if target is not None and target.decode() != self._flow:
            return self._expect(received, "for another group", letters, answers, 0)
        if letters:
            return self._set_aside(mutant, letters, answers)
        if self._flow == "statistics":
            # It steps over what it does not count, be it readable or not.
            return self._expect(received, "counted", letters, answers, 0)
        record = _understood(received)
        if record is None:
            raise Wrong(received, "a record that cannot be read left no trace")
        if isinstance(record, InvoiceSettled):
            return self._expect(received, "settled", letters, answers, 0)
        if self._flow in DELIVERIES:
            # What is owed stands in a table; without receivers it is given up when it is due.
            return self._expect(received, "owed or nobody's", letters, answers, 0)
        if self._flow == EXTRACT:
            return self._extracted(received, record, written)
        if self._flow == "decide":
            if isinstance(record, InvoiceReviewCompleted):
                if record.revision == BEFORE_DECISION:
                    return "about a document"
                if written.sent_on[received.value]:
                    return "sent on"
            if not written.revisions.get((record.request_id, record.attempt)):
                raise Wrong(received, "a result of a request that was never decided")
            return "decided"
        if self._flow != "collect" and record.invoice is None:
            return self._expect(received, "points at a document", letters, answers, 0)
        return self._expect(received, "answered", letters, answers, 1)

    def _extracted(self, received: Received, record: Any, written: Written) -> str:
        if isinstance(record, InvoiceReviewCompleted):
            if record.revision != BEFORE_DECISION:
                return "about a decision"
            if written.sent_on[received.value]:
                return "sent on"
            answered = written.revisions.get((record.request_id, record.attempt))
            if not answered and record.attempt > written.read[record.request_id]:
                raise Wrong(received, "an answer about a document without any effect")
            return "read by a person"
        if isinstance(record, InvoiceLessonLearned):
            if _teaches(record) and record.vendor_id not in written.remembered:
                raise Wrong(received, "a lesson that nobody has learned")
            return "learned"
        if record.invoice is not None or record.document is None:
            return "no document"
        if record.attempt < self._latest[record.request_id]:
            return "overtaken"
        if received.header(FORWARDED) is not None:
            return "sent on"
        if record.attempt > written.read[record.request_id]:
            raise Wrong(received, "a document that was neither read nor asked about")
        return "read"

    def _expect(
        self, received: Received, end: str, letters: list[Outgoing], answers: int, wanted: int
    ) -> str:
        if letters or answers != wanted:
            raise Wrong(received, f"{end}: {answers} answers and {len(letters)} dead letters")
        return end

    def _set_aside(self, mutant: Mutant, letters: list[Outgoing], answers: int) -> str:
        received = mutant.received
        if answers or len(letters) != 1:
            raise Wrong(received, f"{answers} answers beside {len(letters)} dead letters")
        (letter,) = letters
        headers = dict(letter.headers)
        reason = headers[dead_letters.ERROR_REASON].decode()
        if reason not in REASONS:
            raise Wrong(received, f"set aside for {reason!r}, which is no reason")
        if mutant.sound and not self._may_be_set_aside(received, reason):
            message = headers[dead_letters.MESSAGE].decode()
            raise Wrong(received, f"it keeps to its contract and was set aside: {message}")
        own = [header for header in received.headers if header[0] not in dead_letters.ADDED]
        if (letter.key, letter.value, letter.timestamp, list(letter.headers[:-_SAID])) != (
            received.key,
            received.value,
            received.timestamp,
            own,
        ):
            raise Wrong(received, "its dead letter is not what came")
        return reason

    def _may_be_set_aside(self, received: Received, reason: str) -> bool:
        if self._flow == "decide":
            by_people = isinstance(_understood(received), InvoiceReviewCompleted)
            return reason in _REFUSALS if by_people else reason == "late_result"
        if self._flow == "enrich":
            return reason == "upload_gone"
        if self._flow == EXTRACT:
            record = _understood(received)
            if isinstance(record, InvoiceLessonLearned):
                nobodys = record.learned is None and record.kind != "FORGOTTEN"
                return reason == "contract_broken" and (nobodys or record.kind == "UNKNOWN")
            by_people = isinstance(record, InvoiceReviewCompleted)
            return reason in _REFUSALS if by_people else reason.startswith("document_")
        if self._flow == "notify":
            record = _understood(received)
            addressed = isinstance(record, InvoiceNotificationAddressed)
            untimed = addressed and fault(record) is not None
            return addressed and reason == ("contract_broken" if untimed else "delivery_refused")
        nameless = self._flow != "collect" and not _understood(received).vendor_id
        return nameless and reason == "contract_broken"


def _teaches(lesson: InvoiceLessonLearned) -> bool:
    """Whether something is known after a lesson that was not known, or not as sure, before."""
    said = (each.value for each in lesson.facts if each.field in FACTS and each.value is not None)
    correct = lesson.kind == "CORRECTED" and any(len(value) <= LONGEST for value in said)
    return correct or lesson.kind == "FORGOTTEN"


def _understood(received: Received) -> Any:
    """What a record says; None when it cannot be read."""
    try:
        return None if received.value is None else decoder(received.topic)(received.value)
    except Undecodable:
        return None
