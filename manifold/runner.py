"""Runs one flow in this process, until it is asked to stop or something breaks."""

import importlib
import os
import signal
import threading
from datetime import timedelta
from types import FrameType

import structlog
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main
from confluent_kafka import KafkaException

from connectors import logs
from connectors.failures import find
from connectors.kafka import Stopped, TopicsMissing
from connectors.runtime import Runtime
from connectors.settings import Settings
from connectors.task import TransactionFailed
from manifold.exits import Exit

log = structlog.get_logger(__name__)


def run_flow(name: str, settings: Settings) -> Exit:
    """Run a flow until SIGTERM or SIGINT; how it ended."""
    stopping = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    logs.configure(as_json=settings.log_json)
    os.environ.setdefault("RUST_BACKTRACE", "0")
    structlog.contextvars.bind_contextvars(flow=name, instance=settings.instance)
    runtime = Runtime(name, settings, stopping)
    try:
        dataflow = importlib.import_module(f"flows.{name}").flow(runtime)
        runtime.connect()
        _run(dataflow)
    except Stopped:
        return Exit.CLEAN
    except TopicsMissing as error:
        log.error("cannot run", reason=str(error))
        return Exit.MISCONFIGURED
    except (Exception, KeyboardInterrupt) as error:
        return _report(runtime, error)
    finally:
        runtime.close()
    log.info("stopped")
    return Exit.CLEAN


def _run(dataflow: Dataflow) -> None:
    run_main(dataflow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]


def _report(runtime: Runtime, error: BaseException) -> Exit:
    runtime.task.abort()
    failed = find(error)
    if failed is not None:
        noted = runtime.task.remember_failure(failed)
        log.error(
            "a record made the flow fail",
            reason=str(failed),
            attempts=noted.attempts if noted else None,
            exc_info=failed.error,
        )
        return Exit.FAILED
    known = _known(error)
    if known is not None:
        log.error("the epoch was given up", reason=str(known))
        return Exit.NOT_COMMITTED
    log.error("the flow failed", exc_info=error)
    return Exit.FAILED


def _known(error: BaseException) -> BaseException | None:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, TransactionFailed | KafkaException):
            return current
        current = current.__cause__ or current.__context__
    return None
