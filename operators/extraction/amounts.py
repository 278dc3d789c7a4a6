"""The amounts of a document that may be its totals, each with what speaks for it."""

from collections.abc import Iterable, Mapping

from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.document import Document, Figure
from operators.extraction.labels import Label
from operators.extraction.links import below, beside, by_row
from operators.extraction.moneyed import WITHOUT_CENTS, is_money
from operators.extraction.payment_words import for_less
from operators.extraction.strips import strips
from operators.money import Amount

ROLES = (
    "lines_net",
    "allowance",
    "charge",
    "net",
    "tax",
    "gross",
    "prepaid",
    "rounding",
    "payable",
    "tendered",
    "withheld",
)
"""What an amount may be."""

_MEANS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "lines_net": (("lines_net", 2.5), ("net", 0.6)),
    "subtotal": (("net", 1.0), ("lines_net", 1.2), ("gross", -1.0)),
    "net": (("net", 2.5),),
    "tax": (("tax", 2.2),),
    "gross": (("gross", 2.5),),
    "total": (("gross", 1.5), ("net", -0.4)),
    "payable": (("payable", 2.5), ("gross", 0.9)),
    "prepaid": (("prepaid", 2.0),),
    "rounding": (("rounding", 2.5),),
    "allowance": (("allowance", 1.5),),
    "charge": (("charge", 1.5),),
    "tendered": (("tendered", 2.5),),
    "withheld": (("withheld", 2.0),),
}
"""Which roles a label speaks for, and how much."""
_FIELDS = tuple(_MEANS)
_ASIDE = ("tendered", "count", "carried")
"""Labels of amounts that are no part of the sums."""


def by_role(document: Document, lines: frozenset[int]) -> dict[str, list[Candidate[Amount]]]:
    """The candidates for each role, the likeliest first.

    Args:
        document: The document.
        lines: Numbers of the rows that are lines of the invoice.
    """
    figures = by_row(each for each in document.figures if is_money(document, each))
    others = by_row(label for label in document.labels if label.means(*_FIELDS, "carried", "count"))
    found: dict[str, list[Candidate[Amount]]] = {role: [] for role in ROLES}
    headed = {id(label): figure for each in strips(document) for label, figure in each.pairs}
    for label in document.labels:
        if label.row in lines or not label.means(*_FIELDS):
            continue
        if for_less(document.rows[label.row].text):
            continue
        under = headed.get(id(label))
        linked = _linked(document, label, figures, others)
        for figure, near, weight in linked if under is None else [(under, True, 1.0)]:
            for field in label.fields:
                for role, worth in _MEANS.get(field, ()):
                    found[role].append(
                        _candidate(document, label, figure, role, worth * weight, near)
                    )
    return {role: best_of(candidates) for role, candidates in found.items()}


def _linked(
    document: Document,
    label: Label,
    figures: dict[int, list[Figure]],
    others: dict[int, list[Label]],
) -> Iterable[tuple[Figure, bool, float]]:
    """Amounts with a label: whether beside it, and how far it speaks for them."""
    near = beside(label, figures, document.rows, others)
    if near:
        words = len(document.rows[label.row].text[label.end : near[0].start].split())
        weight = 1.0 if words <= 4 else 0.6 if words <= 8 else 0.2
        yield near[-1], True, weight
        for figure in near[:-1]:
            yield figure, True, 0.4 * weight
        return
    row = document.rows[label.row]
    if not (label.alone or row.text[label.end :].strip(" .:*")[:1] in ("", "\t", "(", "€", "%")):
        return
    for figure in below(label, figures, document.rows, others)[-1:]:
        yield figure, False, 0.8


def _candidate(
    document: Document, label: Label, figure: Figure, role: str, score: float, near: bool
) -> Candidate[Amount]:
    score -= 0.0 if label.exact else 0.3
    row = document.rows[label.row].text
    if row[: label.start].strip(" \t.:*-+=(%0123456789,"):
        score -= 0.5
    if len(row.split()) > 12:
        score -= 1.0
    if figure.decimals != 2 and document.currency not in WITHOUT_CENTS:
        score -= 0.7
    clear = label.fields[0] == role
    evidence = Evidence(
        label=1.0 if clear and label.exact else 0.8 if clear else 0.4,
        near=1.0 if near else 0.6,
        form=1.0 if figure.decimals == 2 else 0.3,
        engine=figure.confidence,
    )
    return Candidate(figure.amount, score, evidence, figure.row, figure.text, figure.box)


def best_of(candidates: Iterable[Candidate[Amount]]) -> list[Candidate[Amount]]:
    """Each amount once, the likeliest first; said twice makes it likelier."""
    best: dict[Amount, Candidate[Amount]] = {}
    for each in candidates:
        known = best.get(each.value)
        if known is None:
            best[each.value] = each
            continue
        one, other = (each, known) if each.score > known.score else (known, each)
        bonus = 0.3 if other.score > 0 and one.row != other.row else 0.0
        best[each.value] = Candidate(
            one.value, one.score + bonus, one.evidence, one.row, one.text, one.box
        )
    return sorted(best.values(), key=lambda each: -each.score)


def unlabelled(document: Document, lines: frozenset[int]) -> list[Candidate[Amount]]:
    """Every amount beside the lines, as a last resort for each role."""
    found = []
    size = max(len(document.rows), 1)
    aside = {label.row for label in document.labels if label.means(*_ASIDE)} | lines
    aside |= {row.number for row in document.rows if for_less(row.text)}
    for figure in document.figures:
        if figure.row in aside or not is_money(document, figure) or not figure.amount:
            continue
        score = -2.0 + 0.8 * figure.row / size
        evidence = Evidence(form=1.0 if figure.decimals == 2 else 0.3, engine=figure.confidence)
        found.append(Candidate(figure.amount, score, evidence, figure.row, figure.text, figure.box))
    return best_of(found)
