"""How a flow's process ends, as its supervisor sees it. Each starts a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaError

from connectors.runtime import Runtime
from connectors.settings import Settings
from manifold import runner
from manifold.exits import Exit

REPOSITORY = Path(__file__).parents[2]


def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running(flow: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "manifold", "run", flow],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "MANIFOLD_KAFKA__BOOTSTRAP_SERVERS": f"127.0.0.1:{closed_port()}",
            **settings,
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_flow_waits_for_its_broker_and_ends_cleanly_when_asked_to() -> None:
    with running("validation") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "waiting for the broker" in line:
                break
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == Exit.CLEAN


def test_a_database_without_tables_is_not_tried_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    with running("collect", MANIFOLD_DATABASE__URL=url) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == Exit.MISCONFIGURED
    assert "manifold db migrate" in said
    assert "Traceback" not in said


def test_a_wrong_setting_is_not_tried_again() -> None:
    with running("decide", MANIFOLD_JOIN__DEADLINE="soon") as process:
        _, said = process.communicate(timeout=20)
    assert "join.deadline" in said
    assert "Traceback" not in said
    assert process.returncode in (2, Exit.MISCONFIGURED)


def test_kafka_settings_that_librdkafka_does_not_know_are_named() -> None:
    with running("validation", MANIFOLD_KAFKA__NO_SUCH_THING="1") as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == Exit.MISCONFIGURED
    assert "no.such.thing" in said


def test_a_bare_error_of_the_client_behind_an_exception_is_told_and_tried_again() -> None:
    class Chained(RuntimeError):
        """The engine's exception, as it looks when the client has left a bare error behind."""

        # The client's own: it chains what is no exception.
        __cause__ = KafkaError(KafkaError._TIMED_OUT)  # type: ignore[assignment]  # Bytewax raises it so

    runtime = Runtime("validation", Settings(), threading.Event())
    assert runner._report(runtime, Chained()) == Exit.NOT_COMMITTED
