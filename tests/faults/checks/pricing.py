"""Pricing: answers follow from the uploads and volumes, volumes from what was answered and settled.

What had been bought in a period when an invoice was judged depends on how uploads and settlements
were mixed; the flow's changelog of requests tells it. So each answer is computed anew from
that, and at the end every sum must be that of the attempts that count.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from connectors.pages import entries_of
from connectors.stream import Decoded, Received
from operators import pricing
from operators.decision import InvoiceSettled
from operators.judgement import Judgement
from operators.pricing import Claim, PeriodVolume, RequestVolumes
from operators.result import PricingDetails, PricingResult
from operators.table import MemoryTable
from operators.upload import InvoiceUploaded
from tests.faults.checks.answers import Answers
from tests.faults.checks.check import Check, Findings
from tests.faults.checks.reference import Reference
from tests.faults.recorded import Recorded

NAME = "pricing equals its replay, state included"

Attempt = tuple[str, int]
_request = msgspec.msgpack.Decoder(RequestVolumes).decode
_volume = msgspec.msgpack.Decoder(PeriodVolume).decode
_NEW = Claim(0)


def pricing_replayed(recorded: Recorded, reference: Reference) -> Check:
    """Every pricing result and every entry of the tables, against what they follow from."""
    findings = Findings(NAME)
    answers = Answers(
        PricingResult, recorded.contents(PricingResult), reference.policy.version, findings
    )
    entries = 0
    for number in recorded.partitions(InvoiceUploaded):
        judged, last = _requests(recorded.changelog("pricing", "requests", number))
        counted: set[Attempt] = set()
        for upload in recorded.of(InvoiceUploaded, number):
            name = (upload.record.request_id, upload.record.attempt)
            claim = judged.get(name, _NEW)
            judgement, again = _judged(upload, claim, reference)
            answers.compare(upload, judgement)
            if again.counted != claim.counted:
                findings.add(f"request {name[0]} attempt {name[1]}: it counts something else")
            counted.add(name)
        for request_id, attempt in judged.keys() - counted:
            findings.add(f"request {request_id} attempt {attempt}: counted, but never uploaded")
        for problem in _sums(recorded.changelog("pricing", "volumes", number), last):
            findings.add(problem)
        for problem in _settled(recorded.contents(InvoiceSettled, number), last):
            findings.add(problem)
        entries += len(last)
    for request_id in answers.left_over():
        findings.add(f"request {request_id}: priced, but never uploaded")
    return findings.check(
        f"{answers.count:,} results are what is agreed on, {entries:,} requests add up to the "
        "volumes of their periods"
    )


def _requests(
    changelog: Iterable[Received],
) -> tuple[dict[Attempt, Claim], dict[str, RequestVolumes]]:
    """Each attempt as it was judged, and each request as it is at the end."""
    judged: dict[Attempt, Claim] = {}
    last: dict[str, RequestVolumes] = {}
    for record in changelog:
        for request_id, value in entries_of(record.key or b"", record.value):
            if value is None:
                last.pop(request_id, None)
                continue
            last[request_id] = _request(value)
            for claim in last[request_id].claims:
                if claim.answer:
                    judged.setdefault((request_id, claim.attempt), claim)
    return judged, last


def _judged(
    upload: Decoded[InvoiceUploaded], claim: Claim, reference: Reference
) -> tuple[Judgement[PricingDetails], Claim]:
    """The answer, had the volumes been those that the claim tells of, and what it counts."""
    record = upload.record
    assert record.invoice is not None, "the run uploads invoices, no documents"
    volumes, requests = MemoryTable[PeriodVolume](), MemoryTable[RequestVolumes]()
    for each in claim.counted:
        volumes.put(each.key, PeriodVolume(each.before, each.until))
    judgement = pricing.judge(
        record.request_id,
        record.attempt,
        record.vendor_id or "",
        record.invoice,
        datetime.fromtimestamp(upload.received.timestamp // 1_000, UTC).date(),
        contracts=reference.contracts,
        agreements=reference.agreements,
        rates=reference.rates,
        tax_rates=reference.tax_rates,
        policy=reference.policy,
        volumes=volumes,
        requests=requests,
    )
    known = requests.get(record.request_id)
    return judgement, (known.of(record.attempt) if known else None) or _NEW


def _sums(changelog: Iterable[Received], last: dict[str, RequestVolumes]) -> Iterator[str]:
    """Periods whose sum is not that of the attempts that count."""
    kept: dict[str, int] = {}
    for record in changelog:
        for key, value in entries_of(record.key or b"", record.value):
            kept[key] = 0 if value is None else int(_volume(value).total)
    sums: dict[str, int] = defaultdict(int)
    for known in last.values():
        claim = known.counting()
        for each in claim.counted if claim is not None else ():
            sums[each.key] += int(each.volume)
    for key in sorted({*kept, *sums}):
        if kept.get(key, 0) != sums[key]:
            yield f"volumes: {key} is {kept.get(key, 0)}, its requests add up to {sums[key]}"


def _settled(
    settlements: Iterable[InvoiceSettled], last: dict[str, RequestVolumes]
) -> Iterator[str]:
    """Remembered attempts that were settled otherwise."""
    first: dict[Attempt, str] = {}
    for settled in settlements:
        outcome = "approved" if settled.outcome == "APPROVED" else "rejected"
        first.setdefault((settled.request_id, settled.attempt), outcome)
    for request_id, known in last.items():
        for claim in known.claims:
            outcome = first.get((request_id, claim.attempt), "open")
            if claim.outcome != outcome:
                yield (
                    f"request {request_id} attempt {claim.attempt}: settled {outcome}, "
                    f"remembered as {claim.outcome}"
                )
