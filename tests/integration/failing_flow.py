"""A flow with a bug: started again and again, as a supervisor would, until it ends cleanly.

Its argument is the flow. Prints how each run ended.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from connectors.settings import Settings
from manifold.exits import Exit
from manifold.runner import run_flow
from operators import fraud, validation

BAD = "BAD"
"""What an invoice number begins with that makes the flow fail."""
HANGS = "HANGS"
"""The same of one that makes it wait for ever."""


def failing(judge: Callable[..., Any]) -> Callable[..., Any]:
    """An operator with a bug behind everything it does."""

    def judged(*given: Any, **tables: Any) -> Any:
        judgement = judge(*given, **tables)
        numbers = [str(getattr(each, "number", "")) for each in given]
        if any(number.startswith(BAD) for number in numbers):
            raise ZeroDivisionError("a bug")
        while any(number.startswith(HANGS) for number in numbers):
            time.sleep(1)
        return judgement

    return judged


if __name__ == "__main__":
    validation.judge = failing(validation.judge)
    fraud.judge = failing(fraud.judge)
    code = Exit.FAILED
    while code == Exit.FAILED:
        code = run_flow(sys.argv[1], Settings.load(instance="only"))
        print(code.name, flush=True)
