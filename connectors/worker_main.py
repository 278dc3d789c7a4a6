"""What runs in a worker: `python -m connectors.worker_main CHANNEL TRACES PARENT FOLDER`.

The arguments are two file descriptors, the process id of the pool and the worker's own folder for
temporary files. The worker never outlives the pool, whatever ends that; the programs it has started
end with it, and its folder goes.
"""

import faulthandler
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from ctypes import CDLL
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec

from connectors.channel import Channel, Gone
from connectors.worker_messages import (
    Answer,
    Done,
    OutOfMemory,
    Raised,
    Ready,
    found,
    read_start,
    types,
    write,
)

DUMP = signal.SIGUSR1
"""Has the worker write down where it is."""
_PR_SET_PDEATHSIG = 1
_LIKED_BY_THE_OOM_KILLER = "500"
_LONGEST_TRACE = 3_000
_NO_MEMORY = ("bad_alloc", "Insufficient memory", "Failed to allocate memory")
"""As C++ says it, OpenCV and ONNX Runtime."""


def main() -> None:
    """Work until the channel is closed."""
    if os.getpgrp() != os.getpid():
        raise SystemExit("a pool starts this, in a process group of its own")
    channel_fd, traces, parent = map(int, sys.argv[1:4])
    faulthandler.enable(traces, all_threads=False)
    faulthandler.register(DUMP, traces)
    end = partial(_end, sys.argv[4])
    _end_with(parent, end)
    channel = Channel(socket.socket(fileno=channel_fd))
    messages: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(channel, messages, end), daemon=True).start()
    with suppress(Gone):
        _work(channel, messages)


def _work(channel: Channel, messages: "SimpleQueue[bytes]") -> None:
    start = read_start(messages.get())
    _limit(start.memory)
    try:
        if start.initializer is not None:
            found(start.initializer)()
        function = found(start.function)
        decode = msgspec.json.Decoder(types(function)[0]).decode
    except BaseException as error:
        channel.send(write(_raised(error, str(error))))
        return
    channel.send(write(Ready()))
    while True:
        channel.send(write(_answer(function, decode, messages.get())))


def _answer(
    function: Callable[[Any], object], decode: Callable[[bytes], object], message: bytes
) -> Answer:
    try:
        return Done(msgspec.Raw(write(function(decode(message)))))
    except BaseException as error:
        if isinstance(error, MemoryError) or any(sign in str(error) for sign in _NO_MEMORY):
            return OutOfMemory()
        return _raised(error)


def _raised(error: BaseException, text: str = "") -> Raised:
    trace = "".join(traceback.format_tb(error.__traceback__))
    return Raised(type(error).__name__, trace[-_LONGEST_TRACE:], text)


def _listen(channel: Channel, messages: "SimpleQueue[bytes]", end: Callable[[], None]) -> None:
    """Take messages while the main thread works, and notice when there is nobody to send any."""
    with suppress(Gone):
        while True:
            messages.put(channel.receive())
    end()


def _end_with(parent: int, end: Callable[[], None]) -> None:
    """See to it that a main thread that reads nothing ends with the pool as well (Linux)."""

    def parent_gone(*_: object) -> None:
        # Also sent by those who end a whole service: then it is for the pool to say what is done.
        if os.getppid() != parent:
            end()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, parent_gone)
    if sys.platform == "linux":
        CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    parent_gone()


def _limit(memory: int) -> None:
    """Bound memory that can be written to.

    Address space is not bounded: much of it is only reserved, by glibc for each thread.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_LIKED_BY_THE_OOM_KILLER)


def _end(folder: str) -> None:
    """Leave nothing behind."""
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
