"""A process ends when its flow has ended, whatever the Kafka client does."""

import subprocess
import sys

import pytest

from manifold.exits import Exit
from manifold.runner import close_within


@pytest.mark.timeout(60)
def test_a_client_that_does_not_end_is_not_waited_for() -> None:
    hanging = (
        "import threading\n"
        "from manifold.exits import Exit\n"
        "from manifold.runner import close_within\n"
        "close_within(0.1, threading.Event().wait, Exit.NOT_COMMITTED)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", hanging], capture_output=True, text=True, check=False
    )
    assert ended.returncode == Exit.NOT_COMMITTED
    assert "the Kafka client does not end" in ended.stderr


def test_what_goes_wrong_in_closing_is_told() -> None:
    def close() -> None:
        raise OSError("a disk is full")

    with pytest.raises(OSError, match="a disk is full"):
        close_within(10, close, Exit.CLEAN)
