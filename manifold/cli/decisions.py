"""Decisions as a person reads them, one after the other as they come."""

from collections import Counter
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from manifold.cli.output import console, printable

_COLOURS = {
    "APPROVED": "green",
    "AVAILABLE": "green",
    "PASS": "green",
    "MATCH": "green",
    "REJECTED": "red",
    "UNAVAILABLE": "red",
    "FAIL": "red",
    "MISMATCH": "red",
    "ERROR": "red",
    "UNKNOWN": "magenta",
}
_OTHERWISE = "yellow"


class Tally:
    """How many decisions there were of each status; the last revision counts."""

    def __init__(self) -> None:
        self._statuses: dict[str, str] = {}

    def count(self, decision: dict[str, Any]) -> None:
        """Take one over."""
        self._statuses[decision["request_id"]] = decision["status"]

    def sentence(self) -> str:
        """Such as `20 decided: 12 approved, 8 review`."""
        counts = Counter(self._statuses.values())
        told = ", ".join(f"{count} {status.lower()}" for status, count in sorted(counts.items()))
        return f"{len(self._statuses)} decided" + (f": {told}" if told else "")


def coloured(status: str) -> Text:
    """A status in its colour."""
    return Text(printable(status), style=_COLOURS.get(status, _OTHERWISE))


def print_decision(decision: dict[str, Any]) -> None:
    """A decision: its status, the branches' answers and their reasons."""
    out = console()
    head = Table.grid(padding=(0, 2))
    head.add_column(width=8)
    head.add_column(justify="right", min_width=9)
    head.add_row(
        coloured(decision["status"]),
        f"{decision['latency_ms']:,} ms",
        printable(decision["invoice_id"]),
        Text(printable(decision["request_id"]), style="dim"),
        _whether_final(decision),
    )
    out.print(head)
    out.print(Padding(branches_line(decision["branches"]), (0, 0, 0, 10)))
    for branch in decision["branches"]:
        for violation in branch["violations"]:
            out.print(Padding(violation_line(violation), (0, 0, 0, 10)))


def branches_line(branches: list[dict[str, Any]]) -> Text:
    """Each branch with its status, and why when it could not judge."""
    parts = []
    for branch in branches:
        part = Text.assemble(f"{branch['branch'].lower()} ", coloured(branch["status"]))
        if branch["unknown_reason"]:
            part.append(f" ({printable(branch['unknown_reason'])})")
        parts.append(part)
    return Text(" · ").join(parts)


def violation_line(violation: dict[str, Any]) -> Text:
    """A rule that was broken, and how."""
    return Text.assemble(
        (f"{printable(violation['rule_id'])}  ", _COLOURS.get(violation["severity"], _OTHERWISE)),
        printable(violation["message"]),
    )


def _whether_final(decision: dict[str, Any]) -> str:
    parts = [] if decision["revision"] == 1 else [f"revision {decision['revision']}"]
    if not decision["complete"]:
        parts.append("without " + ", ".join(decision["missing"]).lower())
    return ", ".join(parts)
