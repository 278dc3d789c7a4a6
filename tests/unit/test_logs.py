"""Events with their facts, for people and for machines, and what others log among them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import stamina

from connectors import logs
from connectors.logs import Log

REFUSED = "127.0.0.1:9092/bootstrap: Connection refused (after {}ms in state CONNECT)"


@pytest.fixture
def client() -> logging.Logger:
    logger = logging.Logger("librdkafka")
    logger.addHandler(logs.KafkaClientLines())
    return logger


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is afterwards as it was."""
    loggers = [logging.getLogger(name) for name in (None, "librdkafka", "connectors")]
    before = [(each.handlers, each.level, each.propagate) for each in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    stamina.instrumentation.set_on_retry_hooks(None)


def _say(client: logging.Logger, text: str, level: int = logging.WARNING) -> None:
    client.log(level, "%s [%s] %s", "FAIL", "rdkafka#consumer-3", text)


def _facts(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record)["facts"] for record in caplog.records if record.name == "connectors.logs"]


def test_people_read_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=False, flow="decide")
    Log("connectors.task").info("assigned", partitions=[0, 1], group="a b")
    line = capsys.readouterr().err.rstrip("\n")
    instant, _, rest = line.partition(" ")
    assert instant.endswith("Z")
    assert rest.split() == "[info ] assigned flow=decide group='a b' partitions=[0, 1]".split()


def test_machines_read_one_object_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True, flow="decide")
    try:
        raise ValueError("why")
    except ValueError as error:
        Log("manifold.runner").error("the flow failed", exc_info=error, attempts=3, odd=object)
    said = json.loads(capsys.readouterr().err)
    assert said.pop("timestamp").endswith("Z")
    assert said.pop("exception").endswith("ValueError: why")
    assert said == {
        "level": "error",
        "event": "the flow failed",
        "flow": "decide",
        "attempts": 3,
        "odd": "<class 'object'>",
    }


def test_libraries_speak_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    logging.getLogger("some.library").info("nothing of interest")
    logging.getLogger("some.library").warning("%s of %s", 1, 2)
    assert json.loads(capsys.readouterr().err)["event"] == "1 of 2"


def test_a_retry_is_told_without_what_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    asked: list[str] = []

    @stamina.retry(on=ConnectionError, attempts=2, wait_initial=0.0, wait_jitter=0.0)
    def ask(secret: str) -> None:
        asked.append(secret)
        if len(asked) == 1:
            raise ConnectionError(secret)

    ask("hunter2")
    line = capsys.readouterr().err
    assert "hunter2" not in line
    said = json.loads(line)
    assert (said["event"], said["because"]) == ("is tried again", "ConnectionError")


def test_a_line_is_said_once_in_half_a_minute(
    client: logging.Logger, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("connectors.logs.time.monotonic", lambda: now)
    for milliseconds in range(5):
        _say(client, REFUSED.format(milliseconds))
    _say(client, "another")
    now = 129.0
    _say(client, REFUSED.format(1))
    now = 131.0
    _say(client, REFUSED.format(2))
    assert [each["line"].rpartition("] ")[2] for each in _facts(caplog)] == [
        REFUSED.format(0),
        "another",
        REFUSED.format(2),
    ]
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_what_is_for_debugging_is_not_said(
    client: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _say(client, "Broker changed state UP -> DOWN", logging.DEBUG)
    assert _facts(caplog) == []


def test_a_process_logs_what_its_client_says_in_its_own_form(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(as_json=True)
    _say(logging.getLogger("librdkafka"), "refused")
    said = json.loads(capsys.readouterr().err)
    assert said["line"] == "FAIL [rdkafka#consumer-3] refused"
