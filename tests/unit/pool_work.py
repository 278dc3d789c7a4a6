"""What workers do in the tests of their pool, and a parent of such workers that can be ended."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from connectors.worker_pool import WorkerPool

_FOREVER = 1_000
_DESCRIPTORS = 4_096
"""A worker's end of the channel has the number it had in its parent, which may have many open."""
_started: list[int] = []


class Order(Struct):
    do: str
    number: int = 0
    folder: str = ""
    content: bytes = b""


class Seen(Struct):
    number: int
    worker: int
    initialized: int
    """How often the worker's initializer has run."""
    amount: int = 10**27


def note_start() -> None:
    _started.append(1)


def break_start() -> None:
    raise RuntimeError("no model in this file")


def die_at_start() -> None:
    os._exit(7)


def work(order: Order) -> Seen:
    """Do what an order says; each worker that gets it leaves its process id in the folder."""
    if order.folder:
        with (Path(order.folder) / f"order{order.number}").open("a") as file:
            file.write(f"{os.getpid()}\n")
    match order.do.split():
        case ["well"]:
            pass
        case ["sleep"]:
            time.sleep(_FOREVER)
        case ["spin"]:
            spin()
        case ["match"]:
            re.fullmatch("(a|aa)+b", "a" * 60)
        case ["program"]:
            child = subprocess.Popen(["sleep", str(_FOREVER)])
            (Path(order.folder) / "program").write_text(str(child.pid))
            time.sleep(_FOREVER)
        case ["signal", number]:
            os.kill(os.getpid(), int(number))
        case ["exit", code]:
            os._exit(int(code))
        case ["memory"]:
            bytearray(2**31)
        case ["raise"]:
            account = "DE136695976"
            raise KeyError(account)
        case ["leave"]:
            sys.exit(3)
        case ["wrong"]:
            return "no Seen"  # type: ignore[return-value]  # wrong on purpose
        case ["garbage"]:
            for descriptor in range(3, _DESCRIPTORS):
                with suppress(OSError):
                    os.write(descriptor, b"garbage" * 9)
            time.sleep(_FOREVER)
        case ["chatter"]:
            message = b'{"type":"Ready"}'
            for descriptor in range(3, _DESCRIPTORS):
                with suppress(OSError):
                    os.write(descriptor, len(message).to_bytes(8) + message)
        case ["twice", *rest] if _times(order) <= 2:
            work(Order(" ".join(rest)))
        case ["slowly"]:
            time.sleep(0.1)
        case ["file"]:
            tempfile.mkstemp()
            Path(order.folder, "temporary").write_text(tempfile.gettempdir())
            os._exit(1)
    return Seen(order.number, os.getpid(), len(_started))


def spin() -> None:
    while True:
        pass


def length(content: bytes) -> int:
    return len(content)


def environment(name: str) -> dict[str, str]:
    whole = Path("/proc/self/environ")
    told = whole.read_text() if whole.exists() else ""
    return {**os.environ, "told": told}


def unannotated(order):  # type: ignore[no-untyped-def]  # so on purpose
    return order


def _times(order: Order) -> int:
    return len((Path(order.folder) / f"order{order.number}").read_text().split())


def main(do: str, folder: str) -> None:
    """A parent with two workers that will not end by themselves."""
    with WorkerPool(work, workers=2, time_limit=_FOREVER) as pool:
        list(pool.run(Order(do, number, folder) for number in range(3)))


if __name__ == "__main__":
    # A shell that runs tests in the background has them, and us, ignore what Ctrl-C sends.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Under its own name, by which workers find what they do.
    import_module("tests.unit.pool_work").main(*sys.argv[1:])
