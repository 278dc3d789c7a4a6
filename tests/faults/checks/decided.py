"""Every upload has its one final decision, and the right one."""

from collections import Counter
from collections.abc import Iterable

from operators.decision import InvoiceDecision
from operators.upload import InvoiceUploaded
from tests.faults.checks.check import Check, Findings
from tests.faults.history import Expected

NAME = "every upload has exactly one final decision, the right one"


def all_decided(
    samples: Iterable[Expected],
    uploads: Iterable[InvoiceUploaded],
    decisions: Iterable[InvoiceDecision],
) -> Check:
    """The decisions in force, against the uploads in the topic and what the generator expects.

    An upload that was written although its producer never heard so has no expectation; it must
    be decided all the same. What people have made of a decision afterwards is left out: `reviews`
    looks at it.
    """
    findings = Findings(NAME)
    in_force: dict[tuple[str, int], tuple[int, bool, str]] = {}
    finals: Counter[tuple[str, int]] = Counter()
    for decision in decisions:
        if decision.reviews:
            continue
        case = (decision.request_id, decision.attempt)
        said = (decision.revision, decision.complete, decision.status)
        in_force[case] = max(in_force.get(case, said), said)
        finals[case] += _final(decision)
    uploaded = {(upload.request_id, upload.attempt) for upload in uploads}
    expected = {(each.request_id, each.attempt): each for each in samples}
    for request_id, attempt in expected.keys() - uploaded:
        findings.add(f"request {request_id} attempt {attempt}: acknowledged, but not in the topic")
    for request_id, attempt in in_force.keys() - uploaded:
        findings.add(f"request {request_id} attempt {attempt}: decided, but not uploaded")
    for case in sorted(uploaded):
        request = f"request {case[0]} attempt {case[1]}"
        if case not in in_force:
            findings.add(f"{request}: never decided")
            continue
        _, complete, status = in_force[case]
        wanted = expected.get(case)
        if not complete:
            findings.add(f"{request}: its last decision is not complete")
        elif finals[case] != 1:
            findings.add(f"{request}: {finals[case]} final decisions")
        elif wanted is not None and status != wanted.decision:
            why = wanted.fault or "a correct invoice"
            findings.add(f"{request}: {status}, but {wanted.decision} is right for {why}")
    unheard = len(uploaded - expected.keys())
    beside = f", {unheard:,} of them without an acknowledgement" if unheard else ""
    return findings.check(f"{len(uploaded):,} uploads{beside}, each decided once and as expected")


def _final(decision: InvoiceDecision) -> bool:
    """Whether no further answer can change the decision."""
    return decision.complete and all(answer.status != "UNKNOWN" for answer in decision.branches)
