"""`manifold validate`: documents judged as the validation branch does, without Kafka."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.einvoice import Unreadable
from manifold.cli.options import Json
from manifold.cli.output import (
    EXIT_FAILED,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)
from manifold.cli.policy import policy_from
from manifold.cli.read import Found, found_in
from manifold.cli.reference_files import records_of
from operators import validation
from operators.extraction.outcome import DocumentRead
from operators.reference import ReferencePolicy, ReferenceTaxRate
from operators.result import Violation


@explained()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="UBL, CII or JSON invoices, PDFs and images; - reads standard input.",
        ),
    ],
    json: Json = False,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="A policy or VAT rates of your own, as `manifold reference load` takes them; "
            "they replace those of the starter data.",
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A policy in YAML, as `manifold policy` takes it."),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Judge as of this day instead of today."),
    ] = None,
) -> None:
    """Judge invoices by the rules of the validation branch, without Kafka.

    Ends with 1 when a rule of severity ERROR is violated or a document cannot be read.
    """
    measure = _Measure.of(reference or (), (on or datetime.now(UTC)).date())
    if policy is not None:
        measure = replace(measure, policy=policy_from(policy))
    failed = False
    for file in files:
        for found in found_in(file):
            violations = measure.judge(found)
            failed |= any(each.severity == "ERROR" for each in violations)
            if json:
                json_line({"file": file, "violations": violations})
            else:
                _tell(file, violations)
    if failed:
        raise typer.Exit(EXIT_FAILED)


class _Measure(Struct, frozen=True):
    """What invoices are measured against."""

    policy: ReferencePolicy
    tax_rates: Mapping[str, ReferenceTaxRate]
    day: date

    @classmethod
    def of(cls, files: Sequence[str], day: date) -> "_Measure":
        """The starter data, and over it the records of the files."""
        contracts = Contracts.load(namespace="")
        codec = Codec(contracts, LockIds(contracts))
        policies: list[ReferencePolicy] = []
        rates: dict[str, ReferenceTaxRate] = {}
        for record in records_of(contracts, codec, files, starter=True):
            if isinstance(record, ReferencePolicy):
                policies.append(record)
            elif isinstance(record, ReferenceTaxRate):
                rates[record.country] = record
        return cls(policies[-1], rates, day)

    def judge(self, found: Found) -> Sequence[Violation]:
        """What is wrong with a document: with the reading of it, and with what was read."""
        faults: Sequence[Unreadable] = ()
        if isinstance(found, Unreadable):
            faults = (found, *found.further)
        violations = [Violation(_UNREADABLE, str(fault), "ERROR") for fault in faults]
        if found.invoice is not None:
            contradicted = found.reading.differences if isinstance(found, DocumentRead) else ()
            judgement = validation.judge(
                found.invoice, self.policy, self.tax_rates, self.day, contradicted
            )
            violations += judgement.violations
        return violations


_UNREADABLE = "MF-READ"
"""The rule that everything in a document can be understood."""


def _tell(file: str, violations: Sequence[Violation]) -> None:
    errors = sum(each.severity == "ERROR" for each in violations)
    verdict = f"{counted(errors, 'error')}, {counted(len(violations) - errors, 'remark')}"
    typer.echo(f"{printable(file)}: {verdict if violations else 'nothing to find fault with'}")
    if violations:
        shown = table("rule", "severity", "field", "what is wrong")
        for each in violations:
            shown.add_row(each.rule_id, each.severity, each.field, printable(each.message))
        console().print(shown)
