"""What a reader of committed records has seen once stands there for ever; nothing slips in."""

from collections.abc import Iterable

from tests.faults.checks.check import Check, Findings
from tests.faults.rows import Row, Where

NAME = "no aborted read: what was seen live is what stands there"


def nothing_aborted(partitions: Iterable[tuple[Where, Iterable[Row], Iterable[Row]]]) -> Check:
    """Of each partition, the rows seen during the run against those read after it."""
    findings = Findings(NAME)
    count = topics = 0
    for where, live, later in partitions:
        topics += 1
        count += _compare(where, live, later, findings)
    return findings.check(f"{count:,} records in {topics:,} partitions, the same live and later")


def _compare(where: Where, live: Iterable[Row], later: Iterable[Row], findings: Findings) -> int:
    name = f"{where[0]}[{where[1]}]"
    stands = {row.offset: row.digest for row in later}
    count, position = len(stands), -1
    for row in live:
        if row.offset <= position:
            findings.add(f"{name}: offset {row.offset} came after {position}, as if read anew")
        position = row.offset
        there = stands.pop(row.offset, None)
        if there is None:
            findings.add(f"{name}: the record seen at offset {row.offset} does not stand there")
        elif there != row.digest:
            findings.add(f"{name}: another record was seen at offset {row.offset}")
    for offset in sorted(stands):
        findings.add(f"{name}: the record at offset {offset} was not seen in its time")
    return count
