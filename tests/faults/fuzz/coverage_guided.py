"""Coverage-guided fuzzing with Atheris of everything between a value and its answer.

    python -m pip install 'atheris>=3'
    MANIFOLD_PURE=1 python -m tests.faults.fuzz.coverage_guided -max_total_time=300 [FOLDER]

Further arguments are libFuzzer's; a folder keeps the inputs that reached something new. Input
is a topic's number and the bytes behind a value's framing. Readers are generated Python then,
since the compiled ones report no coverage. What escapes is told with the input that shows it.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # only where it is installed

with atheris.instrument_imports(include=["operators", "connectors.generated", "connectors.codec"]):
    from connectors.codec import Undecodable
    from operators import fraud, inventory, pricing, validation

from connectors.records import RECORDS
from connectors.stream import Received
from manifold.generator import reference_records
from operators.answer import answer
from operators.candidate import IN_FORCE
from operators.judgement import Judgement
from operators.reference import (
    ReferenceAgreement,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
)
from operators.result import (
    FraudResult,
    InventoryResult,
    PricingResult,
    Result,
    Source,
    ValidationResult,
)
from operators.table import MemoryTable
from operators.upload import InvoiceUploaded
from tests.contract.generated_records import AT, CODEC, CONTRACTS, WORLD
from tests.faults.fuzz import structure
from tests.faults.fuzz.codecs import bases
from tests.faults.fuzz.mutants import FRAMED, shape_of

_TODAY = date(2026, 3, 2)
_LONGEST = 65_536

KINDS = sorted(RECORDS, key=lambda each: CONTRACTS.topic_of(each).name)
TOPICS = [CONTRACTS.topic_of(each).name for each in KINDS]


class Fuzzed:
    """Decoders of all topics, and the branches' operators over the reference data of a world."""

    def __init__(self, records: list[Received]) -> None:
        self._framing = {each.topic: (each.value or b"")[:FRAMED] for each in records}
        self._decoders = [atheris.instrument_func(CODEC.decoder(each)) for each in KINDS]
        self._encoders: dict[type[Result], Callable[[Any], bytes]] = {
            kind: CODEC.encoder(kind)
            for kind in (ValidationResult, InventoryResult, FraudResult, PricingResult)
        }
        self._known: dict[type[Any], dict[str, Any]] = {}
        for key, record in reference_records(WORLD):
            self._known.setdefault(type(record), {})[key] = record
        contracts = self._known[ReferenceContract].values()
        self._contracts = {
            name: (each,) for each in contracts for name in pricing.keys_of_contract(each)
        }
        agreements = self._known[ReferenceAgreement].values()
        self._agreements = {each.vendor_id: (each,) for each in agreements}

    def one(self, data: bytes) -> None:
        """Decode one input; answer it if it is an upload."""
        if not data:
            return
        number = data[0] % len(TOPICS)
        try:
            record = self._decoders[number](self._framing.get(TOPICS[number], b"\0") + data[1:])
        except Undecodable:
            return
        if isinstance(record, InvoiceUploaded) and record.invoice is not None:
            self._answer(record)

    def _answer(self, upload: InvoiceUploaded) -> None:
        policy: ReferencePolicy = self._known[ReferencePolicy][IN_FORCE]
        for kind, judgement in self._judged(upload, policy).items():
            result = answer(
                kind, upload, Source("t", 0, 0), judgement, decided_at=AT, policy_version="1"
            )
            self._encoders[kind](result)

    def _judged(
        self, upload: InvoiceUploaded, policy: ReferencePolicy
    ) -> Mapping[type[Result], Judgement[Any]]:
        known, invoice = self._known, upload.invoice
        assert invoice is not None
        who = upload.request_id, upload.attempt, upload.vendor_id or "V"
        receipts = {each.purchase_order: (each,) for each in known[ReferenceGoodsReceipt].values()}
        return {
            ValidationResult: validation.judge(invoice, policy, known[ReferenceTaxRate], _TODAY),
            InventoryResult: inventory.judge(
                *who,
                invoice,
                orders=known[ReferencePurchaseOrder],
                receipts=receipts,
                policy=policy,
                reservations=MemoryTable(),
                requests=MemoryTable(),
            ),
            FraudResult: fraud.judge(
                *who,
                invoice,
                upload.uploaded_at,
                vendors=known[ReferenceVendor],
                owners=fraud.by_account(known[ReferenceVendor].values()),
                rates=known[ReferenceExchangeRate],
                policy=policy,
                profiles=MemoryTable(),
                seen=MemoryTable(),
            ),
            PricingResult: pricing.judge(
                *who,
                invoice,
                _TODAY,
                contracts=self._contracts,
                agreements=self._agreements,
                rates=known[ReferenceExchangeRate],
                tax_rates=known[ReferenceTaxRate],
                policy=policy,
                volumes=MemoryTable(),
                requests=MemoryTable(),
            ),
        }


class Mutator:
    """Every other time a mutation that keeps the record Avro; otherwise libFuzzer's own."""

    def __init__(self, records: list[Received]) -> None:
        self._bases = records

    def __call__(self, data: bytes, max_size: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < 0.5 and data:
            return bytes(atheris.Mutate(data, max_size))
        base = rng.choice(self._bases)
        shape = shape_of(base.topic)
        fields = shape.read(base.value or b"")
        structure.mutate(shape.tree, fields, rng)
        return (bytes([TOPICS.index(base.topic)]) + shape.write(fields))[:max_size]


def main() -> None:
    """Fuzz until libFuzzer's limits are reached."""
    records = bases()
    arguments = [sys.argv[0], f"-max_len={_LONGEST}", *sys.argv[1:]]
    atheris.Setup(arguments, Fuzzed(records).one, custom_mutator=Mutator(records))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
