"""Validation with a bug: started again and again, as a supervisor would, until it ends cleanly.

Prints how each run ended.
"""

from typing import Any

from connectors.settings import Settings
from manifold.exits import Exit
from manifold.runner import run_flow
from operators import validation

BAD = "BAD"
"""What an invoice number begins with that makes the flow fail."""

judge = validation.judge


def failing(invoice: Any, *others: Any) -> Any:
    """The operator, with a bug."""
    if (invoice.number or "").startswith(BAD):
        raise ZeroDivisionError("a bug")
    return judge(invoice, *others)


if __name__ == "__main__":
    validation.judge = failing  # type: ignore[assignment]
    code = Exit.FAILED
    while code == Exit.FAILED:
        code = run_flow("validation", Settings.load(instance="only"))
        print(code.name, flush=True)
