"""Whether what a request holds is what it was answered, and whether it was settled like that.

>>> claim = Claim(1, "confirmed", "AVAILABLE", "PO1", False, ())
>>> known = RequestClaims((claim,))
>>> [each.kind for each in settlement_findings("R1", known, Answers(), lambda _: True)]
['unfounded']
"""

from collections.abc import Callable, Iterator

from operators.books.answers import Answered, Answers
from operators.books.finding import Finding, FindingKind
from operators.inventory.state import Claim, RequestClaims
from operators.money import Amount, render
from operators.result import Source


def held_by(claim: Claim, answered: Answered | None) -> dict[str, Amount]:
    """Quantity of each order line that a claim takes, or as a credit note gives back.

    What was answered counts; only of credit notes, whose answers do not say, what is held.
    """
    held: dict[str, Amount] = {}
    if answered is None or claim.credit:
        taken = [(line.order_line, line.taken) for line in claim.lines]
    else:
        taken = [(line, reserved) for line, reserved, _ in answered.lines]
    for line, quantity in taken:
        if quantity and line is not None:
            held[line] = held.get(line, 0) + quantity
    return held


def answer_findings(
    request_id: str, claim: Claim, answered: Answered | None, answers: Answers, where: Source
) -> Iterator[Finding]:
    """What a claim holds against what the attempt was answered."""

    def found(kind: FindingKind, message: str) -> Finding:
        return Finding(
            kind=kind,
            message=f"Request {request_id} attempt {claim.attempt} {message}.",
            request_ids=(request_id,),
            purchase_order=claim.purchase_order,
            sources=(where,) if answered is None else (where, answered.result),
        )

    if answered is None:
        if answers.answers_whole and any(line.taken for line in claim.lines):
            yield found("never_answered", "holds something, and was never answered")
        return
    if claim.credit:
        if answered.reserves:
            yield found("credit_reserves", "is a credit note, and reserves")
        elif _over_available(claim, answered):
            yield found("booked_otherwise", "gives back more than was confirmed")
        return
    if answers.is_credit_note(answered):
        yield found("credit_reserves", "is a credit note, and is booked as an invoice")
    taken = [(line.order_line, line.taken) for line in claim.lines]
    told = [(line, reserved) for line, reserved, _ in answered.lines]
    if (claim.purchase_order, taken) != (answered.purchase_order, told):
        holds, said = sum(each for _, each in taken), sum(each for _, each in told)
        yield found(
            "booked_otherwise",
            f"holds {render(holds, 0)} of order {claim.purchase_order}, and was answered "
            f"{render(said, 0)} of order {answered.purchase_order}",
        )


def settlement_findings(
    request_id: str, known: RequestClaims, answers: Answers, read: Callable[[Source], bool]
) -> Iterator[Finding]:
    """The state of each claim against how its attempt was settled and what came after it."""
    for claim in known.claims:
        if not claim.status:
            continue
        settled = answers.settlement(request_id, claim.attempt)
        later = max((each.attempt for each in known.claims if each.status), default=0)
        outcome = settled[0] if settled is not None else None
        problem: tuple[FindingKind, str] | None = None
        if claim.state == "reserved":
            if later > claim.attempt:
                problem = "still_counted", f"is reserved, and attempt {later} has been judged"
            elif settled is not None and read(settled[1]):
                problem = "not_settled", f"is reserved, and was settled {outcome}"
        elif not answers.settlements_whole:
            continue
        elif claim.state == "confirmed" and outcome != "APPROVED":
            problem = "unfounded", f"is confirmed, and was {_settled(outcome)}"
        elif claim.state == "released" and outcome in (None, "APPROVED") and later <= claim.attempt:
            problem = "unfounded", f"is released, and was {_settled(outcome)}"
        if problem is not None:
            quantity = sum(held_by(claim, answers.first(request_id, claim.attempt)).values())
            yield Finding(
                kind=problem[0],
                message=f"Request {request_id} attempt {claim.attempt} {problem[1]}: "
                f"{render(quantity, 0)} of order {claim.purchase_order}.",
                request_ids=(request_id,),
                purchase_order=claim.purchase_order,
                sources=() if settled is None else (settled[1],),
            )


def _settled(outcome: str | None) -> str:
    return "never settled" if outcome is None else f"settled {outcome}"


def _over_available(claim: Claim, answered: Answered) -> bool:
    if len(claim.lines) != len(answered.lines):
        return True
    return any(
        line.taken > available
        for line, (_, _, available) in zip(claim.lines, answered.lines, strict=True)
    )
