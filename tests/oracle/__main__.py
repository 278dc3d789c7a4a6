"""`make oracle`: do our rules say what the official ones say?

Real and written invoices are mutated as a seed says and judged twice, by our rules and by EN
16931's validation artefacts. The table goes to docs/validation.md, what disagrees to the screen.
Exits with 1 when a rule disagrees, or was never seen broken, or never kept.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random

from connectors.einvoice import Unreadable, read
from operators import validation
from tests.oracle import cii, mutations, samples, ubl
from tests.oracle.artefacts import Artefacts
from tests.oracle.table import Tally, page
from tests.unit.validation_subject import POLICY

_REPOSITORY = Path(__file__).parents[2]
_PAGE = _REPOSITORY / "docs" / "validation.md"
_SHOWN = 3
"""Documents that are kept of each disagreement."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and write the table."""
    wanted = _parser().parse_args(arguments)
    disagreements: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    tallies: list[Tally] = []
    for syntax in ("UBL", "CII"):
        tally = Tally(syntax)
        theirs = Artefacts(wanted.artefacts, syntax)
        for document in _documents(syntax, wanted.documents, wanted.seed, wanted.invoices):
            official = theirs.broken(document)
            if official is None:
                tally.skip("theirs")
                continue
            own = _broken(document)
            if own is None:
                tally.skip("ours")
                continue
            for rule, side in tally.take(own, official):
                kept = disagreements[rule, f"{syntax}, {side}"]
                if len(kept) < _SHOWN:
                    kept.append(document)
        tallies.append(tally)
    _PAGE.write_text(page(tallies, _PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return _tell(tallies, disagreements, wanted.keep)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oracle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = _REPOSITORY.parent / "shared"
    parser.add_argument("--documents", type=int, default=20_000, help="of each syntax (20,000)")
    parser.add_argument("--seed", type=int, default=1, help="draws the mutations (1)")
    parser.add_argument(
        "--artefacts", type=Path, default=shared / "oracle", help="folder of the official XSLT"
    )
    parser.add_argument(
        "--invoices",
        type=Path,
        default=shared / "data" / "e-invoices",
        help="folder of real invoices in both syntaxes",
    )
    parser.add_argument("--keep", type=Path, help="folder for documents on which rules disagree")
    return parser


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


def _tell(
    tallies: Sequence[Tally],
    disagreements: dict[tuple[str, str], list[bytes]],
    keep: Path | None,
) -> int:
    for tally in tallies:
        print(f"{tally.syntax}: {tally.judged:,} documents judged by both, {tally.skipped_text}")
    for (rule, where), documents in sorted(disagreements.items()):
        print(f"  {rule}: {where} only")
        for number, document in enumerate(documents if keep else ()):
            assert keep is not None
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{rule}-{where.replace(', ', '-')}-{number}.xml"
            (keep / name).write_bytes(document)
    carried = {rule for tally in tallies for rule in tally.carried}
    unseen = {f"{rule} ({tally.syntax})" for tally in tallies for rule in tally.one_sided}
    if unseen:
        print("never seen broken, or never kept: " + ", ".join(sorted(unseen)))
    disagreeing = Counter[str]()
    for tally in tallies:
        disagreeing += tally.disagreements
    judged = sum(tally.judged for tally in tallies)
    print(f"{len(carried)} rules, {judged:,} documents, {disagreeing.total():,} disagreements")
    return 1 if disagreeing or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
