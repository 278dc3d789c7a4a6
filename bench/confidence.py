"""Fits how sure a value is: the coefficients of `operators/extraction/confidence.py`.

    manifold generate documents DIR --set tuning --seed 41 --count 400 --kinds pdf
    python -m bench.confidence --write DIR…

Each document is read as it is, and again with what may be strange about it: words that nobody
lists, other matter, no letterhead, misread signs (`manifold/documents/disturbance.py`). A value
counts as right when it is that of the record. Three quarters of the weight are on documents as
they are. One document in five is held out: the fit is judged on these, then done anew with all,
and printed. Pages are kept in DIR, since engines take longer than everything else.
"""

import argparse
import json
import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from connectors.documents import Engines, Unreadable, read_pages
from connectors.einvoice import read
from manifold.documents.disturbance import disturbed, misread, miswritten
from manifold.documents.measure import documents
from manifold.documents.outcomes import outcomes
from operators.extraction.confidence import FEATURES, family_of, features
from operators.extraction.page import Page, Reader
from operators.extraction.understand import examined
from operators.invoice import Invoice

WRITTEN = Path("operators/extraction/coefficients.py")
"""Where the coefficients stand."""
PRIOR = {"known": 1.5}
"""Coefficients expected of what hardly occurs in invented documents; 0 for the others."""
STRENGTH = 0.3
"""Of the expectation: one over the variance of a coefficient."""
AS_IT_IS, DISTURBED = 3.0, 0.33
"""Weights of a document as it is, and of each of the three that are made of it."""
MISREAD = (0.002, 0.005, 0.01, 0.02)
"""Shares of signs that are taken for others."""
MISWRITTEN = 0.2
"""Share of documents with a VAT identifier that somebody typed wrongly."""
HELD_OUT = 5
"""One document in so many is not fitted to."""

Numbers = NDArray[np.float64]
Coefficients = Mapping[str, Numbers]


class Sample(Struct, frozen=True):
    """A value that was read."""

    document: int
    """Number of its document."""
    family: str
    """Of its field."""
    features: tuple[float, ...]
    """What speaks for it."""
    right: bool
    """Whether it is right."""
    weight: float
    """How much it counts."""


def samples(folders: Iterable[Path]) -> Iterator[Sample]:
    """Every value read of the documents in some folders, as they are and disturbed."""
    engines = Engines()
    number = 0
    for folder in folders:
        for path in documents(folder):
            number += 1
            truth = json.loads(path.with_suffix(".json").read_text("utf-8"))["record"]
            record = read(json.dumps(truth).encode()).invoice
            for pages, reader, truly, weight in variants(*pages_of(path, engines), record):
                found = examined(pages, reader)
                for field, right in outcomes(truly, found.understood):
                    if field in found.evidence:
                        seen = features(found.evidence[field])
                        yield Sample(number, family_of(field), seen, right, weight)


def pages_of(path: Path, engines: Engines) -> tuple[Sequence[Page], Reader]:
    """The pages of a document and what read most of them, kept beside it."""
    kept = path.with_name(f".{path.name}.pages")
    if not kept.exists():
        try:
            found = read_pages(path.read_bytes(), engines=engines).pages
        except Unreadable as unreadable:
            raise SystemExit(f"{path}: {unreadable}") from None
        readers = [each.reader for each in found]
        most = max(readers, key=readers.count)
        kept.write_bytes(pickle.dumps(([each.page for each in found], most)))
    pages, reader = pickle.loads(kept.read_bytes())
    return pages, reader


def variants(
    pages: Sequence[Page], reader: Reader, record: Invoice
) -> Iterator[tuple[Sequence[Page], Reader, Invoice, float]]:
    """A document as it is, and as it may be elsewhere, each with the truth and its weight."""
    rng = Random(f"{record.number} {record.issue_date} {record.seller.name}")
    if reader != "TEXT_LAYER":
        yield pages, reader, record, AS_IT_IS
        yield disturbed(pages, rng), reader, record, DISTURBED
        return
    if rng.random() < MISWRITTEN:
        pages, record = miswritten(pages, record, rng)
    yield pages, reader, record, AS_IT_IS
    yield disturbed(pages, rng), reader, record, DISTURBED
    yield disturbed(pages, rng), reader, record, DISTURBED
    strange = disturbed(pages, rng) if rng.random() < 0.5 else pages
    yield misread(strange, rng, rng.choice(MISREAD)), "TESSERACT", record, DISTURBED


def fitted(found: Sequence[Sample]) -> Coefficients:
    """The bias and the coefficients of each family."""
    families: dict[str, list[Sample]] = defaultdict(list)
    for each in found:
        families[each.family].append(each)
    return {family: _fitted(members) for family, members in sorted(families.items())}


def _fitted(found: Sequence[Sample]) -> Numbers:
    """Logistic regression by Newton's method, drawn towards PRIOR."""
    seen = np.array([(1.0, *each.features) for each in found])
    right = np.array([float(each.right) for each in found])
    weights = np.array([each.weight for each in found])
    expected = np.array([0.0, *(PRIOR.get(name, 0.0) for name in FEATURES)])
    strength = np.array([0.01, *[STRENGTH] * len(FEATURES)])
    found_so_far = expected.copy()
    for _ in range(60):
        said = 1.0 / (1.0 + np.exp(-seen @ found_so_far))
        slope = seen.T @ (weights * (said - right)) + strength * (found_so_far - expected)
        bend = (seen * (weights * said * (1.0 - said))[:, None]).T @ seen + np.diag(strength)
        step = np.linalg.solve(bend, slope)
        found_so_far = found_so_far - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return found_so_far


def judged(coefficients: Coefficients, found: Sequence[Sample]) -> Iterator[str]:
    """How good the coefficients are on samples, as rows of a table."""
    heads = ("values", "stated", "right", "Brier", "≥ 0.98", "right")
    yield f"{'family':12}{''.join(f'{each:>8}' for each in heads)}"
    for family, values in coefficients.items():
        members = [each for each in found if each.family == family]
        if not members:
            continue
        seen = np.array([(1.0, *each.features) for each in members])
        said = 1.0 / (1.0 + np.exp(-seen @ values))
        right = np.array([float(each.right) for each in members])
        sure = said >= 0.98
        of_sure = f"{right[sure].mean():8.4f}" if sure.any() else f"{'–':>8}"
        brier = ((said - right) ** 2).mean()
        yield (
            f"{family:12}{len(members):8}{said.mean():8.4f}{right.mean():8.4f}{brier:8.4f}"
            f"{sure.mean():8.3f}{of_sure}"
        )


def _written(family: str, values: Numbers) -> str:
    """An entry of the table, the numbers on two lines."""
    shown = [f"{each:.2f}" for each in values]
    half = len(shown) // 2
    lines = (f"        {', '.join(part)}," for part in (shown[:half], shown[half:]))
    return "\n".join((f'    "{family}": (', *lines, "    ),"))


def main() -> None:
    """Fit, judge, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--write", action="store_true", help="write them into coefficients.py")
    given = parser.parse_args()
    for folder in given.folders:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder: make one with `manifold generate documents`")
    found = list(samples(given.folders))
    held = [each for each in found if each.document % HELD_OUT == 0]
    rest = [each for each in found if each.document % HELD_OUT]
    print("\n".join(judged(fitted(rest), held)))
    print(f"\n# of {len({each.document for each in found})} documents, {len(found)} values")
    rows = [_written(family, values) for family, values in fitted(found).items()]
    print("\n".join(rows))
    if given.write:
        text = WRITTEN.read_text("utf-8")
        begin, end = text.index("= {\n") + 4, text.index("}\n# fmt: on")
        WRITTEN.write_text(text[:begin] + "\n".join(rows) + "\n" + text[end:], "utf-8")


if __name__ == "__main__":
    main()
