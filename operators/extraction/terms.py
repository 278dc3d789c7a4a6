"""What a document says of when and how it is to be paid."""

import re
from datetime import date, timedelta

from operators.extraction.candidate import Candidate, Evidence, placed
from operators.extraction.document import Document
from operators.extraction.folded import plain
from operators.extraction.links import beside
from operators.extraction.payment_words import DAYS, EARLY, END_OF_MONTH, LATE, NET, NOW, PAY
from operators.extraction.rows import sureness


def terms(document: Document) -> Candidate[str] | None:
    """The payment terms (BT-20): what stands beside a label for them, else a sentence of them."""
    cells, labels = document.row_cells, document.row_labels
    for label in document.labels:
        if not label.means("terms") or label.fields[0] != "terms":
            continue
        text = document.rows[label.row].text
        tab = text.find("\t", label.end)
        rest = text[label.end : tab if tab >= 0 else len(text)].strip(" :")
        if len(rest) >= 4 and label.start == text.rfind("\t", 0, label.start) + 1:
            start = (
                label.start
                if text[label.end : label.end + 1] == " "
                else text.index(rest, label.end)
            )
            span = start, text.index(rest, label.end) + len(rest)
            return _read(document, label.row, span, 1.0)
        found = beside(label, cells, document.rows, labels)
        if label.alone and found:
            return _read(document, label.row, (found[0].start, found[0].end), 1.0)
    for row in document.rows:
        low = plain(row.text)
        if PAY.search(low) and not LATE.search(low) and (DAYS.search(low) or NOW.search(low)):
            return _read(document, row.number, (0, len(row.text)), 0.5)
    return None


def _read(document: Document, row: int, span: tuple[int, int], label: float) -> Candidate[str]:
    text = document.rows[row].text[slice(*span)].replace("\t", " ")
    evidence = Evidence(label=label, near=1.0, form=0.5, engine=sureness(document.rows[row], *span))
    return placed(document, text, row, span, 1.0, evidence)


def due_by_terms(document: Document, issued: date | None) -> Candidate[date] | None:
    """When payment is due by the terms: so many days after the issue date, or at once."""
    if issued is None:
        return None
    best: tuple[int, int] | None = None
    at_once: int | None = None
    for row in document.rows:
        low = plain(row.text)
        if not PAY.search(low) or END_OF_MONTH.search(low) or LATE.search(low):
            continue
        for match in DAYS.finditer(low):
            clause = (
                re.split(r"[,;]|\. ", low[: match.start()])[-1]
                + low[match.start() : match.end() + 14]
            )
            early, net = EARLY.search(clause), NET.search(clause)
            days = int(match[1])
            if (early and not net) or not 0 < days <= 180:
                continue
            if best is None or days > best[0]:
                best = days, row.number
        if NOW.search(low) and at_once is None:
            at_once = row.number
    if best is not None:
        return _computed(issued + timedelta(days=best[0]))
    return _computed(issued) if at_once is not None else None


def _computed(day: date) -> Candidate[date]:
    return Candidate(day, 0.5, Evidence(label=0.8, near=1.0, form=1.0, computed=1.0))
