"""How decisions by two policies differ, as commands tell it."""

from typing import Any

import typer
from rich.console import Console

from manifold.cli.output import counted, printable, table
from operators.comparison import Comparison
from operators.money import Amount, render, rounded, to_decimal

_CAUSES = 20
"""Causes that are told to people; machines get all of them."""
_EXAMPLES = 2
"""Requests of each kind of change that are told to people."""


def as_json(found: Comparison) -> dict[str, Any]:
    """A comparison for machines."""
    return {
        "compared": found.compared,
        "changed": found.changed,
        "amount": render(found.amount),
        "before": found.statuses("before"),
        "after": found.statuses("after"),
        "moves": [
            {
                "from": move.before,
                "to": move.after,
                "count": move.count,
                "amount": render(move.amount),
                "examples": move.examples,
            }
            for move in found.moves()
        ],
        "causes": [
            {"what": cause.what, "count": cause.count, "amount": render(cause.amount)}
            for cause in found.causes()
        ],
    }


def shown(amount: Amount) -> str:
    """An amount for people, to the cent.

    >>> shown(123_456_789_100_000)
    '1,234,567.89'
    """
    return f"{to_decimal(rounded(amount)):,.2f}"


def tell(found: Comparison, currency: str, out: Console) -> None:
    """Say what becomes of which decisions, why, and where to look."""
    are = "is" if found.changed == 1 else "are"
    typer.echo(
        f"{counted(found.changed, 'decision')} of {found.compared:,} {are} different, "
        f"over {shown(found.amount)} {currency}."
    )
    if not found.changed:
        return
    moves = table("from", "to", ">decisions", f">{currency}")
    examples = table("from", "to", "for example")
    for move in found.moves():
        moves.add_row(move.before, move.after, f"{move.count:,}", shown(move.amount))
        for request_id in move.examples[:_EXAMPLES]:
            examples.add_row(move.before, move.after, printable(request_id))
    out.print(moves)
    causes = table("what is different there", ">decisions", f">{currency}")
    for cause in found.causes()[:_CAUSES]:
        causes.add_row(printable(cause.what), f"{cause.count:,}", shown(cause.amount))
    out.print(causes)
    out.print(examples)
