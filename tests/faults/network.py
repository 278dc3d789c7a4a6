"""What can be done to the connections between clients and brokers."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults import ports
from tests.faults.frames import END_TXN
from tests.integration.flow_process import REPOSITORY


class Network:
    """The proxy in front of the brokers; refuses all connections at first."""

    def __init__(self, log: Path) -> None:
        """Start the proxy's process."""
        self.kafka = {
            "bootstrap.servers": ports.addresses([ports.advertised(each) for each in ports.BROKERS])
        }
        """Settings of clients whose connections can break."""
        self._lock = threading.Lock()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.proxy"],
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                start_new_session=True,
            )

    def restore(self, brokers: Sequence[int] = ports.BROKERS) -> None:
        """Let everything pass at full speed."""
        self._do("pass", brokers=brokers)

    def slow(self, seconds: float, brokers: Sequence[int] = ports.BROKERS) -> None:
        """Deliver everything so much later, in both directions."""
        self._do("slow", brokers=brokers, seconds=seconds)

    def block(self, brokers: Sequence[int] = ports.BROKERS) -> None:
        """Deliver nothing, as if a cable had been pulled; connections stay open."""
        self._do("block", brokers=brokers)

    def refuse(self, brokers: Sequence[int] = ports.BROKERS) -> None:
        """Close all connections and accept none, as if the machines were off."""
        self._do("refuse", brokers=brokers)

    def reset(self, brokers: Sequence[int] = ports.BROKERS) -> None:
        """Break all connections once; new ones are accepted."""
        self._do("reset", brokers=brokers)

    def hold_end_of_transaction(self, client: str, after: float) -> None:
        """Hold back a client's next request to end a transaction.

        It is delivered when the client has given up and so many seconds have passed.
        """
        self._do("hold", client=client, key=END_TXN, after=after)

    def delivered(self, within: float) -> str:
        """Wait for what becomes of a held request: `delivered late`, or how far it came."""
        until = time.monotonic() + within
        while True:
            state = self._do("look")
            if state["delivered"] or time.monotonic() > until:
                break
            time.sleep(0.1)
        self._do("forget")
        if not state["held"]:
            return "no transaction was ended meanwhile"
        if not state["delivered"]:
            return "the client still waits"
        return "delivered late" if state["gave_up"] else "delivered while the client still waited"

    @property
    def pid(self) -> int:
        """The proxy's process."""
        return self._process.pid

    def close(self) -> None:
        """End the proxy."""
        self._process.kill()
        self._process.communicate()

    def _do(self, what: str, **how: Any) -> dict[str, Any]:
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps({"do": what, **how}) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the proxy has ended; its log says why")
        found: dict[str, Any] = json.loads(answer)
        return found
