"""`make oracle`: do our rules say what the official ones say?

Real and written invoices are mutated as a seed says and judged twice, by our rules and by EN
16931's validation artefacts. The table goes to docs/validation.md, what disagrees to the screen.
Exits with 1 when a rule disagrees, or was never seen broken, or never kept.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from random import Random

from msgspec import Struct

from connectors.einvoice import Unreadable, read
from operators import validation
from tests.oracle import cii, mutations, samples, ubl
from tests.oracle.artefacts import RELEASE, Artefacts, NoArtefacts, fetched
from tests.oracle.table import Tally, page
from tests.unit.validation_subject import POLICY

_REPOSITORY = Path(__file__).parents[2]
INVOICES = _REPOSITORY.parent / "shared" / "data" / "e-invoices"
_PAGE = _REPOSITORY / "docs" / "validation.md"
_DOCUMENTS = 24_000
_PROGRESS = 2_000
_SHOWN = 3
"""Documents that are kept of each disagreement."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and write the table."""
    wanted = _parser().parse_args(arguments)
    try:
        artefacts = wanted.artefacts or fetched()
        with ProcessPoolExecutor() as pool:
            comparing = [
                pool.submit(
                    compare, syntax, wanted.documents, wanted.seed, artefacts, wanted.invoices
                )
                for syntax in ("UBL", "CII")
            ]
            found = [each.result() for each in comparing]
    except NoArtefacts as error:
        print(f"oracle: {error}", file=sys.stderr)
        return 2
    if wanted.documents >= _DOCUMENTS:
        tallies = [each.tally for each in found]
        _PAGE.write_text(page(tallies, _PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(f"{_PAGE.name} is left as it is: it takes {_DOCUMENTS:,} documents of each syntax")
    return _tell(found, wanted.keep)


class Compared(Struct, frozen=True):
    """What came of comparing ours and theirs in one syntax."""

    tally: Tally
    documents: Mapping[tuple[str, str], list[bytes]]
    """Documents on which they disagree, by rule and who says that it is broken."""


def compare(syntax: str, count: int, seed: int, artefacts: Path, invoices: Path) -> Compared:
    """Judge so many documents twice."""
    tally = Tally(syntax)
    documents: dict[tuple[str, str], list[bytes]] = {}
    theirs = Artefacts(artefacts, syntax)
    for number, document in enumerate(_documents(syntax, count, seed, invoices), 1):
        if number % _PROGRESS == 0:
            print(f"{syntax}: {number:,} of {count:,} documents", file=sys.stderr)
        official = theirs.broken(document)
        if official is None:
            tally.skip("theirs")
            continue
        own = _broken(document)
        if own is None:
            tally.skip("ours")
            continue
        for disagreement in tally.take(own, official):
            kept = documents.setdefault(disagreement, [])
            if len(kept) < _SHOWN:
                kept.append(document)
    return Compared(tally, documents)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oracle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--documents",
        type=_count,
        default=_DOCUMENTS,
        help=f"of each syntax ({_DOCUMENTS:,}); with fewer the page is left as it is",
    )
    parser.add_argument("--seed", type=int, default=1, help="draws the mutations (1)")
    parser.add_argument(
        "--artefacts",
        type=Path,
        help=f"folder of the official XSLT (release {RELEASE}, fetched by Maven)",
    )
    parser.add_argument(
        "--invoices",
        type=Path,
        default=INVOICES,
        help="folder of real invoices in both syntaxes; without it only written ones are mutated",
    )
    parser.add_argument("--keep", type=Path, help="folder for documents on which rules disagree")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of documents: give 1 or more")
    return int(text)


def _documents(syntax: str, count: int, seed: int, invoices: Path) -> Iterator[bytes]:
    """The invoices as they are, then mutated ones up to a count."""
    write, ending = (ubl.write, "_ubl.xml") if syntax == "UBL" else (cii.write, "_uncefact.xml")
    sources = [
        *(file.read_bytes() for file in sorted(invoices.glob(f"*{ending}"))),
        *map(write, samples.samples()),
    ]
    yield from sources[:count]
    rng = Random(f"{seed} {syntax}")
    for _ in range(count - len(sources)):
        yield mutations.mutated(rng.choice(sources), rng)


def _broken(document: bytes) -> frozenset[str] | None:
    try:
        invoice = read(document).invoice
    except Unreadable as unreadable:
        reasons = {each.reason for each in (unreadable, *unreadable.further)}
        if unreadable.invoice is None or reasons != {"other_currency"}:
            return None
        invoice = unreadable.invoice
    judgement = validation.judge(invoice, POLICY, {}, date(2026, 3, 3))
    return frozenset(found.rule_id for found in judgement.violations)


def _tell(found: Sequence[Compared], keep: Path | None) -> int:
    for each in found:
        tally = each.tally
        print(f"{tally.syntax}: {tally.judged:,} documents judged by both, {tally.skipped_text}")
        for (rule, who), documents in sorted(each.documents.items()):
            print(f"  {rule}: only {who}")
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                for number, document in enumerate(documents):
                    (keep / f"{rule}-{tally.syntax}-{who}-{number}.xml").write_bytes(document)
    tallies = [each.tally for each in found]
    unseen = sorted(f"{rule} ({tally.syntax})" for tally in tallies for rule in tally.one_sided)
    if unseen:
        print("never seen broken, or never kept: " + ", ".join(unseen))
    carried = {rule for tally in tallies for rule in tally.carried}
    judged = sum(tally.judged for tally in tallies)
    disagreeing = sum(tally.disagreements.total() for tally in tallies)
    print(f"{len(carried)} rules, {judged:,} documents, {disagreeing:,} disagreements")
    return 1 if disagreeing or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
