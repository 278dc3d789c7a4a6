"""What the Kafka client logs reaches the log of the process, and does not fill it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from connectors import logs

REFUSED = "127.0.0.1:9092/bootstrap: Connection refused (after {}ms in state CONNECT)"


@pytest.fixture
def client() -> logging.Logger:
    logger = logging.Logger("librdkafka")
    logger.addHandler(logs.KafkaClientLines())
    return logger


@pytest.fixture
def configurable() -> Iterator[logging.Logger]:
    """The logger of all clients; logging is afterwards as it was."""
    logger, before = logging.getLogger("librdkafka"), structlog.get_config()
    handlers, propagate = logger.handlers, logger.propagate
    yield logger
    logger.handlers, logger.propagate = handlers, propagate
    structlog.configure(**before)


def _say(client: logging.Logger, text: str, level: int = logging.WARNING) -> None:
    client.log(level, "%s [%s] %s", "FAIL", "rdkafka#consumer-3", text)


def test_a_line_is_said_once_in_half_a_minute(
    client: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("connectors.logs.time.monotonic", lambda: now)
    with capture_logs() as said:
        for milliseconds in range(5):
            _say(client, REFUSED.format(milliseconds))
        _say(client, "another")
        now = 129.0
        _say(client, REFUSED.format(1))
        now = 131.0
        _say(client, REFUSED.format(2))
    assert [each["line"].rpartition("] ")[2] for each in said] == [
        REFUSED.format(0),
        "another",
        REFUSED.format(2),
    ]
    assert {each["log_level"] for each in said} == {"warning"}


def test_what_is_for_debugging_is_not_said(client: logging.Logger) -> None:
    with capture_logs() as said:
        _say(client, "Broker changed state UP -> DOWN", logging.DEBUG)
    assert said == []


def test_a_process_logs_what_its_client_says_in_its_own_form(
    configurable: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(as_json=True)
    _say(configurable, "refused")
    said = json.loads(capsys.readouterr().err)
    assert said["line"] == "FAIL [rdkafka#consumer-3] refused"
