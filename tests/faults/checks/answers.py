"""What a branch has answered, compared with what its operator answers when asked again."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from connectors.stream import Decoded
from operators.answer import answer
from operators.judgement import Judgement
from operators.result import Result
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Findings

_encode = msgspec.msgpack.Encoder().encode


class Answers:
    """The recorded answers of one branch, by the upload each is for."""

    def __init__(
        self,
        kind: type[Result],
        results: Iterable[Result],
        policy_version: str,
        findings: Findings,
    ) -> None:
        """What differs is noted in `findings`."""
        self._kind = kind
        self._policy_version = policy_version
        self._findings = findings
        self._recorded: dict[tuple[int, int], set[bytes]] = {}
        self._named: dict[tuple[int, int], str] = {}
        self.count = 0
        for result in results:
            where = (result.source.partition, result.source.offset)
            self._recorded.setdefault(where, set()).add(_fingerprint(result))
            self._named[where] = result.request_id
            self.count += 1

    def fit(self, upload: Decoded[InvoiceUploaded], judgement: Judgement[Any]) -> bool:
        """Whether all recorded answers to an upload, if there are any, are this one."""
        source = upload.received.source
        where = (source.partition, source.offset)
        self._named.pop(where, None)
        recorded = self._recorded.get(where)
        if recorded is None:
            return True
        expected = _fingerprint(
            answer(
                self._kind,
                upload.record,
                source,
                judgement,
                decided_at=0,
                policy_version=self._policy_version,
            )
        )
        return recorded == {expected}

    def compare(self, upload: Decoded[InvoiceUploaded], judgement: Judgement[Any]) -> None:
        """Note it when the answer to an upload is another."""
        if not self.fit(upload, judgement):
            self._findings.add(
                f"request {upload.record.request_id} attempt {upload.record.attempt}: its "
                f"{self._kind.__name__} is not what the operator answers ({judgement.status})"
            )

    def left_over(self) -> Iterator[str]:
        """The requests of answers that nothing has been compared with: to what was not uploaded."""
        return iter(self._named.values())


def _fingerprint(result: Result) -> bytes:
    """Sixteen bytes that stand for everything in a result but the moment it was made."""
    content = msgspec.structs.asdict(result)
    del content["decided_at"]
    return blake2b(_encode(content), digest_size=16).digest()
