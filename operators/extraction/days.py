"""The dates of a document: issued, due, delivered, and the period it is for; chosen jointly."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.document import Day, Document
from operators.extraction.folded import plain
from operators.extraction.intervals import in_time
from operators.extraction.labels import Label
from operators.extraction.links import below, beside, wrapped
from operators.extraction.payment_words import EARLY, PAY, for_less

_CLEARLY = 3.0
"""How far ahead of all others a date is clear."""
_LONGEST_TERM = timedelta(days=370)
_FOLLOWS = (
    "vom",
    "von",
    "du",
    "del",
    "van",
    "dated",
    "of",
    "issued at",
    "de fecha",
    "en date du",
    "date",
    "-",
    "–",
)
_PLACE = re.compile(r"[^\W\d][^\d,:]{1,30}, ?(?:den |le |li |lì |a |d\.d\. )?", re.IGNORECASE)
"""What stands before the date of a letter: where it was written."""
_TIME = re.compile(r"[\s,;|-]*(?:at |um |à |a las |alle |om )?(?:[01]?\d|2[0-3])[:.h][0-5]\d(?!\d)")
"""A time of day behind a date."""
_OF_DAYS = ("issue_date", "date", "due_date", "delivery_date", "period")
_OF = {"number": "issue_date", "number_weak": "issue_date", "order": "", "other_number": ""}


class Days(Struct, frozen=True):
    """The dates chosen."""

    issued: Candidate[date] | None = None
    """Of issue (BT-2)."""
    due: Candidate[date] | None = None
    """When payment is due (BT-9)."""
    delivered: Candidate[date] | None = None
    """Of delivery (BT-72)."""
    start: Candidate[date] | None = None
    """First day of the period (BT-73)."""
    end: Candidate[date] | None = None
    """Last day of the period (BT-74)."""


def days(document: Document, today: date | None = None) -> Days:
    """Chooses a document's dates.

    Args:
        document: The document.
        today: Issue dates far beyond it are not believed; None when it does not matter.
    """
    labelled = _labelled(document)
    start, end = _period(document, labelled)
    taken = {
        id(day)
        for day, label, _ in labelled
        if label is not None and not label.means("issue_date", "date")
    }
    issued = [*_candidates(document, labelled, ("issue_date", "date")), *_bare(document, taken)]
    issued = [_plausible(each, today) for each in issued]
    due = [*_candidates(document, labelled, ("due_date",)), *_to_pay(document, labelled)]
    delivered = _candidates(document, labelled, ("delivery_date",))
    best = _best(issued, due)
    first = _or_turned(document, _ahead(best[0], issued))
    arrived = max(delivered, key=_score, default=None)
    return Days(
        in_time(first, best[1], end or arrived),
        _ahead(best[1], due),
        _ahead(arrived, delivered),
        start,
        end,
    )


def _ahead(
    chosen: Candidate[date] | None, others: Iterable[Candidate[date]]
) -> Candidate[date] | None:
    """The candidate chosen, with how far it is ahead of other days in its evidence."""
    if chosen is None:
        return None
    rivals = [each.score for each in others if each.value != chosen.value]
    second = max(rivals, default=chosen.score - _CLEARLY)
    alone = max(0.0, min(1.0, (chosen.score - second) / _CLEARLY))
    return replace(chosen, evidence=replace(chosen.evidence, alone=alone))


def _or_turned(document: Document, chosen: Candidate[date] | None) -> Candidate[date] | None:
    """The candidate chosen; with day and month possibly the other way round, that is its rival."""
    if chosen is None or not any(
        day.either and day.row == chosen.row and day.box == chosen.box for day in document.days
    ):
        return chosen
    return replace(chosen, evidence=replace(chosen.evidence, alone=0.0, vouched=0.0))


def _score(candidate: Candidate[date]) -> float:
    return candidate.score


def _labelled(document: Document) -> list[tuple[Day, Label | None, bool]]:
    """Each date with the label that it belongs to, and whether that stands beside it."""
    values, others = document.row_days, document.row_labels
    found: list[tuple[Day, Label | None, bool]] = []
    fields = (
        "issue_date",
        "date",
        "due_date",
        "delivery_date",
        "period",
        "order",
        "other_number",
        "number",
        "number_weak",
        "terms",
    )
    for label in document.labels:
        if not label.means(*fields):
            continue
        near = beside(label, values, document.rows, others)
        if near and not label.means(*_OF_DAYS) and _is_after_its_value(document, label, near[0]):
            continue
        if near and not _astray(document, label, near[0]):
            found += [(day, label, True) for day in near]
        elif label.means(*_OF_DAYS) and (
            _begins_its_cell(document, label) or not label.means("issue_date", "date")
        ):
            under = below(label, values, document.rows, others) or wrapped(
                label, values, document.rows
            )
            found += [(day, label, False) for day in under[:1]]
    return found


def _begins_its_cell(document: Document, label: Label) -> bool:
    """Whether no word stands before a label in its cell: in a sentence it heads nothing."""
    before = document.rows[label.row].text[: label.start].rpartition("\t")[2]
    return not any(map(str.isalpha, before))


def _is_after_its_value(document: Document, label: Label, day: Day) -> bool:
    """Whether a label has its value, and a date stands in another cell behind that."""
    between = document.rows[label.row].text[label.end : day.start]
    return any(map(str.isdigit, between)) and "\t" in between.lstrip("\t .:")


def _astray(document: Document, label: Label, day: Day) -> bool:
    """Whether much text stands between a label and a date beside it."""
    between = document.rows[label.row].text[label.end : day.start]
    return len(between.split()) > 6


def _candidates(
    document: Document, labelled: list[tuple[Day, Label | None, bool]], fields: tuple[str, ...]
) -> list[Candidate[date]]:
    found = []
    for day, label, near in labelled:
        if label is None:
            continue
        own = label.means(*fields)
        follows = "issue_date" in fields and label.means("number", "number_weak") and near
        if not own and not (follows and _follows(document, label, day)):
            continue
        if _is_early(document, day):
            continue
        clear = own and not label.means("date")
        score = 3.0 if clear else 2.0 if follows else 1.4
        score += 0.6 if near else 0.0
        score -= 0.0 if label.exact else 0.4
        between = document.rows[label.row].text[label.end : day.start] if near else ""
        score -= 0.15 * len(between.split())
        found.append(_candidate(document, day, score, 1.0 if clear else 0.6, 1.0 if near else 0.6))
    return found


def _is_early(document: Document, day: Day) -> bool:
    """Whether a date is the last one for paying less, which alone its row speaks of."""
    alone = len(document.row_days[day.row]) == 1
    return alone and for_less(document.rows[day.row].text)


def _follows(document: Document, label: Label, day: Day) -> bool:
    """Whether a date belongs to the number before it, as in `Rechnung 17 vom 1. März 2026`."""
    between = plain(document.rows[label.row].text[label.end : day.start]).strip(" .:,()\t")
    return between.endswith(_FOLLOWS) and len(between) < 60


def _candidate(
    document: Document, day: Day, score: float, label: float, near: float
) -> Candidate[date]:
    row = document.rows[day.row]
    height = document.pages[row.page - 1].height
    score += 0.5 if row.page == 1 and row.box.top < 0.5 * height else -0.3 if row.page > 1 else 0.0
    evidence = Evidence(
        label=label,
        near=near,
        form=0.4 if day.either or day.weak else 1.0,
        vouched=(_timed(document, day) + (len({each.day for each in document.days}) == 1)) / 2,
        engine=day.confidence,
    )
    return Candidate(day.day, score, evidence, day.row, day.text, day.box)


def _bare(document: Document, taken: set[int]) -> Iterable[Candidate[date]]:
    """Dates that no label of something else claims."""
    for order, day in enumerate(document.days):
        if day.weak or _is_early(document, day):
            continue
        text = document.rows[day.row].text
        timed = _timed(document, day)
        score = 0.4 + (0.6 if timed else 0.0) - 0.1 * min(order, 8)
        score -= 2.5 if id(day) in taken else 0.0
        before = text[: day.start].rstrip().rpartition("\t")[2]  # a gap may part town and day
        placed = _PLACE.fullmatch(f"{before} ") is not None and id(day) not in taken
        # A till stamps the day with the time, a letter has it behind its town: as good as a label.
        stamped = placed or (timed and id(day) not in taken)
        yield _candidate(document, day, score + placed, 0.6 * stamped, 1.0 * stamped)


def _timed(document: Document, day: Day) -> bool:
    """Whether a time of day stands behind a date."""
    return _TIME.match(document.rows[day.row].text, day.end) is not None


def _to_pay(
    document: Document, labelled: list[tuple[Day, Label | None, bool]]
) -> Iterable[Candidate[date]]:
    """Dates in sentences that ask for payment, unless for less if it comes early."""
    taken = {id(day) for day, _, _ in labelled}
    for day in document.days:
        text = plain(document.rows[day.row].text)
        if id(day) not in taken and not day.weak and PAY.search(text) and not EARLY.search(text):
            yield _candidate(document, day, 0.8, 0.6, 1.0)


def _plausible(candidate: Candidate[date], today: date | None) -> Candidate[date]:
    if today is None or candidate.value <= today + timedelta(days=60):
        return candidate
    return replace(candidate, score=candidate.score - 3.0)


def _period(
    document: Document, labelled: list[tuple[Day, Label | None, bool]]
) -> tuple[Candidate[date] | None, Candidate[date] | None]:
    """The days that a label for a period has beside it, or two days after a label of delivery."""
    for fields in (("period",), ("delivery_date",)):
        found = [day for day, label, _ in labelled if label is not None and label.means(*fields)]
        if len(found) >= 2 and found[0].row == found[1].row and found[0].day < found[1].day:
            first, last = (_candidate(document, day, 2.0, 1.0, 1.0) for day in found[:2])
            return first, last
    return None, None


def _best(
    issued: list[Candidate[date]], due: list[Candidate[date]]
) -> tuple[Candidate[date] | None, Candidate[date] | None]:
    """The pair that is likeliest: payment is not due before the issue, nor a year after it."""
    options = [*sorted(issued, key=_score, reverse=True)[:8], None]
    dues = [*sorted(due, key=_score, reverse=True)[:5], None]

    def worth(pair: tuple[Candidate[date] | None, Candidate[date] | None]) -> float:
        one, other = pair
        total = (one.score if one else 0.0) + (other.score if other else 0.0)
        if one is not None and other is not None:
            term = other.value - one.value
            total += 0.5 if timedelta() <= term <= _LONGEST_TERM else -2.5
            total -= 0.5 if one.row == other.row and one.box == other.box else 0.0
        return total

    return max(product(options, dues), key=worth)
