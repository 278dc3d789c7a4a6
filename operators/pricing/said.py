"""How a finding about a line is put, and what is saved."""

from operators.invoice import Line
from operators.money import Amount, bounded
from operators.result import Saving, SavingKind, Severity, Violation


def number_of(line: Line, place: int) -> str:
    """The line's identifier, else its place, short enough for a sentence."""
    return (line.id or str(place + 1))[:20]


def about(
    rule_id: str, text: str, severity: Severity, line: Line, place: int, field: str = ""
) -> Violation:
    """A violation of a line; `place` counts from 0."""
    path = f"lines[{place}]" + (f".{field}" if field else "")
    return Violation(rule_id, f"line {number_of(line, place)}: {text}", severity, path)


def saving(kind: SavingKind, amount: Amount, reason: str, line: str | None = None) -> Saving:
    """An amount that need not be paid."""
    return Saving(kind=kind, amount=bounded(amount), reason=reason, line=line)
