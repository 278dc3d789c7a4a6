"""`manifold review`: what people have to decide: list it, look at it, approve, reject, correct."""

from collections.abc import Iterator
from json import dumps
from typing import Annotated, TypeAlias

import typer
from msgspec.structs import replace
from rich.padding import Padding

from connectors.clock import now
from connectors.einvoice import to_json
from connectors.einvoice.uploaded import Given
from manifold.cli.answering import Answering
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.decisions import violation_line
from manifold.cli.invoice_summary import summary
from manifold.cli.open_reviews import open_review, open_reviews
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import (
    EXIT_USAGE,
    Failed,
    console,
    counted,
    explained,
    json_line,
    printable,
    table,
)
from manifold.cli.uploads import Unusable, uploads
from operators.decision import ReviewOutcome
from operators.extraction.gate import Step
from operators.extraction.outcome import DocumentRead
from operators.invoice import Invoice
from operators.money import render
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested, fault
from operators.time import DAY, isoformat
from operators.upload import Document

app = typer.Typer(
    name="review",
    help="What people have to decide: list it, show it, approve, reject, correct.",
    add_completion=False,
    no_args_is_help=True,
)

RequestId: TypeAlias = Annotated[
    str, typer.Argument(metavar="REQUEST_ID", help="The request, as `manifold review list` has it.")
]
By: TypeAlias = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Who decides: an identifier of one person.")
]
Reason: TypeAlias = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")
]
Revision: TypeAlias = Annotated[
    int | None,
    typer.Option(min=0, help="The revision looked at: refuse when another is in force by now."),
]
Wait: TypeAlias = Annotated[
    bool, typer.Option("--wait", help="Print the decision that follows, or why there is none.")
]
Timeout: TypeAlias = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="How long to wait for it.")
]


@app.command("list")
@explained()
def list_command(
    group: Annotated[
        str | None, typer.Option(help="Only what this group of approvers has to look at.")
    ] = None,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """List what is open, the oldest first, by the group that has to look at it."""
    there = cluster(bootstrap, extra)
    found = [each for each in open_reviews(there) if group is None or each.approvers == group]
    found.sort(key=lambda each: each.approvers or "")
    at = now()
    if json:
        for each in found:
            json_line({**there.codec.to_json(each), "age_ms": at - each.opened_at})
        return
    shown = table("request", "invoice", "vendor", ">amount", ">age", "approved", "group", "why")
    for each in found:
        shown.add_row(
            printable(each.request_id),
            printable(each.invoice_id),
            printable(each.vendor_id or "?"),
            "?" if each.amount is None else render(each.amount),
            _age(at - each.opened_at),
            f"{len(each.approvals)} of {each.needed}",
            printable(each.approvers or "–"),
            printable(_why(each)),
        )
    if found:
        console().print(shown)
    typer.echo(f"{counted(len(found), 'review')} open")


@app.command("show")
@explained()
def show_command(
    request_id: RequestId,
    invoice: Annotated[
        bool,
        typer.Option(
            "--invoice", help="Only the invoice as it was read in a document: to be put right."
        ),
    ] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Show what a person has to know, and how to answer."""
    there = cluster(bootstrap, extra)
    found = open_review(there, request_id)
    if invoice:
        if found.invoice is None:
            raise Failed("This review is not about a document: there is no invoice in it.")
        for line in dumps(to_json(found.invoice), indent=2, ensure_ascii=False).splitlines():
            typer.echo(printable(line))
        return
    if json:
        json_line(there.codec.to_json(found))
        return
    for line in _told(found):
        typer.echo(printable(line))
    if found.document is not None and found.invoice is not None and found.reading is not None:
        doubtful = tuple(each.field for each in found.violations if each.field is not None)
        read = DocumentRead(found.invoice, found.reading, Step("PERSON", doubtful))
        console().print(summary(found.document.uri, read))
    for violation in there.codec.to_json(found)["violations"]:
        console().print(Padding(violation_line(violation), (0, 0, 0, 2)))
    if found.more:
        typer.echo(f"  and {found.more:,} more: `manifold trace {printable(request_id)} --json`")
    typer.echo(
        f"\nTo answer: manifold review approve {printable(request_id)} "
        f"--revision {found.revision} --by NAME --reason TEXT (or reject; or correct, with a FILE)"
    )


@app.command("approve")
@explained()
def approve_command(
    request_id: RequestId,
    by: By,
    reason: Reason,
    revision: Revision = None,
    wait: Wait = False,
    timeout: Timeout = 30.0,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Say that an invoice may be paid."""
    said = _said(request_id, "APPROVED", by, reason)
    _send(said, revision, timeout if wait else None, json, cluster(bootstrap, extra))


@app.command("reject")
@explained()
def reject_command(
    request_id: RequestId,
    by: By,
    reason: Reason,
    revision: Revision = None,
    wait: Wait = False,
    timeout: Timeout = 30.0,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Say that an invoice must not be paid; what it reserved is released."""
    said = _said(request_id, "REJECTED", by, reason)
    _send(said, revision, timeout if wait else None, json, cluster(bootstrap, extra))


@app.command("correct")
@explained()
def correct_command(
    request_id: RequestId,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The invoice as it should be: UBL, CII or JSON, - for stdin."
        ),
    ],
    by: By,
    reason: Reason,
    revision: Revision = None,
    wait: Wait = False,
    timeout: Timeout = 60.0,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Put a corrected invoice in the place of one that was misread or mistyped.

    It is judged anew as the next attempt. With --wait, prints the decision on that one, too.
    """
    said = _said(request_id, "CORRECTED", by, reason, _invoice(file))
    _send(said, revision, timeout if wait else None, json, cluster(bootstrap, extra))


def _said(
    request_id: str,
    outcome: ReviewOutcome,
    by: str,
    reason: str,
    corrected: Invoice | None = None,
) -> InvoiceReviewCompleted:
    """What a person says, not yet about a revision; Failed when it makes no sense."""
    said = InvoiceReviewCompleted(
        request_id=request_id,
        revision=0,
        outcome=outcome,
        reviewer=by,
        reason=reason,
        completed_at=now(),
        corrected=corrected,
    )
    wrong = fault(said)
    if wrong is not None:
        raise Failed(f"This cannot be sent: {wrong}.", EXIT_USAGE)
    return said


def _send(
    said: InvoiceReviewCompleted,
    revision: int | None,
    timeout: float | None,
    as_json: bool,
    there: Cluster,
) -> None:
    """Say it about what is under review; Failed when that is not the `revision` looked at."""
    asked = open_review(there, said.request_id)
    if revision is not None and revision != asked.revision:
        raise Failed(
            f"Revision {asked.revision} of {said.request_id} is in force, not {revision}: look at "
            f"it with `manifold review show {said.request_id}`."
        )
    completed = replace(
        said, attempt=asked.attempt, revision=asked.revision, vendor_id=asked.vendor_id
    )
    Answering(there, as_json).run(completed, timeout)


def _not_a_document(content: bytes, media_type: str) -> Document:
    raise Failed(
        "A document has to be read itself: give the corrected invoice as UBL, CII or JSON.",
        EXIT_USAGE,
    )


def _invoice(file: str) -> Invoice:
    found = list(uploads([file], Given(vendor_id="?"), _not_a_document))
    for each in found:
        if isinstance(each, Unusable):
            raise Failed(f"{each.file}: {each.message}")
    invoices = [each[1].invoice for each in found if not isinstance(each, Unusable)]
    if len(invoices) != 1 or invoices[0] is None:
        raise Failed(f"{file} holds {counted(len(invoices), 'invoice')}, not one.", EXIT_USAGE)
    return invoices[0]


def _why(asked: InvoiceReviewRequested) -> str:
    if asked.missing:
        return f"without {', '.join(asked.missing).lower()}"
    rules = list(dict.fromkeys(each.rule_id for each in asked.violations))
    return ", ".join(rules[:3]) if rules else asked.row or ""


def _told(asked: InvoiceReviewRequested) -> Iterator[str]:
    amount = "of an unknown amount" if asked.amount is None else f"of {render(asked.amount)}"
    yield (
        f"Invoice {asked.invoice_id} of {asked.vendor_id or 'an unknown vendor'} {amount}, "
        f"revision {asked.revision} of attempt {asked.attempt}"
    )
    if asked.row is not None:
        yield f"Row “{asked.row}”: {asked.reason}"
    if asked.approvers is not None:
        yield f"To be looked at by {asked.approvers}."
    yield (
        f"Open since {isoformat(asked.opened_at)}; counts as rejected from "
        f"{isoformat(asked.expires_at)}."
    )
    yield f"Approved by {len(asked.approvals)} of the {asked.needed} people it takes."
    for note in asked.approvals:
        yield f"  {note.reviewer}, {isoformat(note.at)}: {note.reason}"
    for branch in asked.missing:
        yield f"  {branch.lower()}: no answer"


def _age(milliseconds: int) -> str:
    """A time span as people read it.

    >>> _age(59_000), _age(5_400_000), _age(3 * DAY)
    ('0 min', '90 min', '72 h')
    """
    minutes = max(0, milliseconds) // 60_000
    if minutes <= 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours <= 72 else f"{milliseconds // DAY} d"
