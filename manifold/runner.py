"""Runs one flow in this process, until it is asked to stop or something breaks."""

import gc
import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import FrameType
from typing import TypeVar

from bytewax.dataflow import Dataflow
from bytewax.testing import run_main
from confluent_kafka import KafkaError, KafkaException

from connectors import logs
from connectors.contracts import Contracts
from connectors.envelope import trace_id
from connectors.errors import Misconfigured, Unavailable
from connectors.failures import RecordFailed
from connectors.kafka import Stopped, is_misconfigured
from connectors.logs import Log
from connectors.runtime import Runtime
from connectors.settings import Settings
from connectors.stream import Failure
from manifold.exits import Exit

log = Log(__name__)

E = TypeVar("E", bound=Exception)

_CLOSING = 15.0
"""Seconds that leaving the group may take."""
_YOUNG_EVERY = 1.0
_ALL_EVERY = 600.0
"""Seconds between two searches for cycles."""


def run_flow(
    name: str,
    settings: Settings,
    *,
    wire: Callable[[Runtime], Dataflow] | None = None,
    contracts: Contracts | None = None,
) -> Exit:
    """Run a flow until SIGTERM or SIGINT; how it ended.

    `wire` makes the dataflow, by default that of `flows.NAME`; `contracts` are by default those
    that come with the package.
    """
    stopping = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    logs.configure(as_json=settings.log_json, flow=name, instance=settings.instance)
    os.environ["RUST_BACKTRACE"] = "0"
    runtime = Runtime(name, settings, stopping, contracts)
    code = Exit.FAILED
    try:
        runtime.serve()
        dataflow = (wire or importlib.import_module(f"flows.{name}").flow)(runtime)
        runtime.made.wired(dataflow)
        runtime.connect()
        runtime.task.between_epochs(_Garbage().collect)
        _run(dataflow, runtime)
        code = Exit.CLEAN
    except Stopped:
        code = Exit.CLEAN
    except Exception as error:
        code = _report(runtime, error)
    finally:
        close_within(_CLOSING, runtime.close, code)
    if code is Exit.CLEAN:
        log.info("stopped")
    return code


def close_within(seconds: float, close: Callable[[], None], code: Exit) -> None:
    """Close, and end the process with `code` when that takes longer.

    librdkafka may wait for ever when it leaves a group in which another has taken its name. What
    is not closed by then is not waited for anywhere: everything of worth has been committed.
    """
    failed: list[Exception] = []

    def closing() -> None:
        try:
            close()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=closing, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        log.warning("the Kafka client does not end: the process ends without it")
        os._exit(code)
    if failed:
        raise failed[0]


def _run(dataflow: Dataflow, runtime: Runtime) -> None:
    """Run to the end, going back to the last commit when a record makes a step fail.

    A record that has failed often enough is set aside, so this ends; a restart of the process
    would do the same, with seconds in between in which its partitions stand still.
    """
    while True:
        try:
            run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]  # Bytewax leaves it untyped
            return
        except Exception as error:
            failed = _first(RecordFailed, error)
            if failed is None:
                raise
            failure = runtime.go_back(failed)
            tell(failed, failure)
            if failure is None:
                raise


def tell(failed: RecordFailed, failure: Failure | None) -> None:
    """Log which record has made a step fail, and where; nothing of what stands in it."""
    log.error(
        "a record made the flow fail",
        record=str(failed),
        trace_id=trace_id(failed.received),
        attempts=failure.attempts if failure else None,
        exc_info=failed.error,
        quoting=False,
    )


class _Garbage:
    """Looks for cycles between epochs only, when nothing but state is alive.

    Records hold none: looking as often as Python does, in the middle of a batch, finds tens of
    thousands of living objects each time and costs a tenth of a flow.
    """

    def __init__(self) -> None:
        gc.freeze()
        gc.disable()
        self._young = self._all = time.monotonic()

    def collect(self) -> None:
        now = time.monotonic()
        if now - self._all > _ALL_EVERY:
            self._young = self._all = now
            gc.collect()
        elif now - self._young > _YOUNG_EVERY:
            self._young = now
            gc.collect(1)


def _report(runtime: Runtime, error: Exception) -> Exit:
    """Log how it ended, and what to do about it, without the engine's frames around it."""
    runtime.abort()
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, Stopped):
            return Exit.CLEAN
        if isinstance(cause, RecordFailed):
            return Exit.FAILED
        if isinstance(cause, Misconfigured):
            log.error("cannot run", reason=str(cause))
            return Exit.MISCONFIGURED
        if isinstance(cause, KafkaException) and is_misconfigured(cause):
            log.error("cannot run", reason=f"Kafka settings are wrong: {cause.args[0].str()}")
            return Exit.MISCONFIGURED
        if isinstance(cause, Unavailable | KafkaException):
            log.error("cannot go on", reason=str(cause))
            return Exit.NOT_COMMITTED
    log.error("the flow failed", exc_info=causes[-1])
    return Exit.FAILED


def _first(kind: type[E], error: BaseException) -> E | None:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: object = error
    while isinstance(current, BaseException):
        yield current
        current = current.__cause__ or current.__context__
    if isinstance(current, KafkaError):
        # The client may chain the bare error, which is no exception.
        yield KafkaException(current)
