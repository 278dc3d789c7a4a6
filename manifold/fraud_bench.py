"""How well the fraud branch tells frauds apart, measured on generated histories."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from manifold.generator.fraud_histories import KINDS, FraudKind, History, Labelled
from operators import fraud
from operators.fraud import SealedPage, VendorProfile, by_account
from operators.judgement import Judgement
from operators.money import Amount
from operators.reference import ReferencePolicy
from operators.result import FraudDetails
from operators.table import MemoryTable

SPEAKS_OF: Mapping[str, FraudKind] = MappingProxyType(
    {
        "duplicate": "duplicate",
        "near_duplicate": "near_duplicate",
        "split_invoices": "split_invoices",
        "unusual_amount": "unusual_amount",
        "burst": "burst",
        "large_first_invoice": "large_first_invoice",
        "account_changed": "account_changed",
        "account_abroad": "account_changed",
        "account_shared": "account_shared",
        "just_below_limit": "just_below_limit",
        "number_back": "fabricated",
        "weekend": "fabricated",
        "round_amount": "fabricated",
    }
)
"""The kind of fraud that a signal is made for."""

_EVERY = 5_000


class Found(Struct, frozen=True):
    """An invoice and what the branch said of it."""

    labelled: Labelled
    score: int
    strongest: str | None
    """The signal with the most points; None when there was none."""


class OfKind(Struct, frozen=True):
    """How frauds of one kind fared."""

    kind: FraudKind
    cases: int
    caught: int
    """Cases of which at least one invoice was stopped."""
    false_alarms: int
    """Clean invoices stopped mainly by a signal that speaks of the kind."""
    recall: float
    """Share of the cases caught."""
    precision: float | None
    """Of the invoices stopped for it, frauds of the kind and false alarms, the share of frauds;
    None when nothing was stopped."""


class AtScore(Struct, frozen=True):
    """What it costs to stop invoices from a score on."""

    score: int
    stopped: int
    """Invoices that a person has to look at."""
    false_alarms: int
    """Clean ones among them."""
    missed: int
    """Cases of which no invoice is stopped."""
    missed_amount: Amount
    """What the invoices of those cases come to."""


class Measured(Struct, frozen=True):
    """What came of it."""

    invoices: int
    clean: int
    false_alarms: int
    kinds: tuple[OfKind, ...]
    curve: tuple[AtScore, ...]

    @property
    def false_alarm_rate(self) -> float:
        """Share of the clean invoices that were stopped."""
        return self.false_alarms / self.clean if self.clean else 0.0


def judged(
    history: History, policy: ReferencePolicy, tell: Callable[[int], None] = lambda _: None
) -> list[Found]:
    """Every invoice of a history that counts, judged in order with what was known by then.

    `tell` is told now and then how many have been judged.
    """
    vendors = {vendor.vendor_id: vendor for vendor in history.vendors}
    owners = by_account(history.vendors)
    profiles = MemoryTable[VendorProfile]()
    seen = MemoryTable[SealedPage]()
    found = []
    for number, each in enumerate(history.invoices):
        if number % _EVERY == 0:
            tell(number)
        answer: Judgement[FraudDetails] = fraud.judge(
            each.request_id,
            1,
            each.vendor_id,
            each.invoice,
            each.uploaded_at,
            vendors=vendors,
            owners=owners,
            rates={},
            policy=policy,
            profiles=profiles,
            seen=seen,
        )
        evidence = answer.details.evidence
        if each.counts:
            strongest = evidence[0].signal if evidence else None
            found.append(Found(each, answer.details.score, strongest))
    return found


def measured(found: Sequence[Found], threshold: int) -> Measured:
    """Recall and precision of each kind when invoices are stopped from a score on."""
    clean = [each for each in found if each.labelled.kind is None]
    alarms = [each for each in clean if each.score >= threshold]
    return Measured(
        invoices=len(found),
        clean=len(clean),
        false_alarms=len(alarms),
        kinds=tuple(_of_kind(kind, found, alarms, threshold) for kind in KINDS),
        curve=tuple(_at(score, found) for score in range(10, 101, 10)),
    )


def _of_kind(
    kind: FraudKind, found: Sequence[Found], alarms: Sequence[Found], threshold: int
) -> OfKind:
    cases: dict[int, bool] = defaultdict(bool)
    stopped = 0
    for each in found:
        if each.labelled.kind == kind:
            cases[each.labelled.case] |= each.score >= threshold
            stopped += each.score >= threshold
    wrong = sum(SPEAKS_OF.get(each.strongest or "") == kind for each in alarms)
    caught = sum(cases.values())
    return OfKind(
        kind=kind,
        cases=len(cases),
        caught=caught,
        false_alarms=wrong,
        recall=caught / len(cases) if cases else 0.0,
        precision=stopped / (stopped + wrong) if stopped + wrong else None,
    )


def _at(score: int, found: Sequence[Found]) -> AtScore:
    stopped = [each for each in found if each.score >= score]
    known = {each.labelled.case for each in stopped} | {0}
    missed = [each.labelled for each in found if each.labelled.case not in known]
    return AtScore(
        score=score,
        stopped=len(stopped),
        false_alarms=sum(each.labelled.kind is None for each in stopped),
        missed=len({each.case for each in missed}),
        missed_amount=sum(each.invoice.totals.payable or 0 for each in missed),
    )
