"""`manifold dlq retry` that dies, as by `kill -9`, just before or just after its commit.

python -m tests.integration.dying_retry before|after OPTION…
"""

import os
import signal
import sys
from typing import Any

from confluent_kafka import Producer

from connectors import resolved
from manifold.cli.app import main

WHEN = sys.argv[1]


class Dying:
    """A producer whose process does not live to see what comes of its transaction."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._producer = Producer(settings)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def commit_transaction(self, *timeout: Any) -> None:
        """Everything of the transaction is with the broker, at least."""
        self._producer.flush(30)
        if WHEN == "after":
            self._producer.commit_transaction(*timeout)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    setattr(resolved, "Producer", Dying)  # noqa: B010
    sys.argv[1:] = ["dlq", "retry", *sys.argv[2:]]
    main()
