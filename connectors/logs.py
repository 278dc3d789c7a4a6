"""Logs: one line an event on standard error, without values of records or variables."""

import logging
import re
import sys
import time

import structlog

log = structlog.get_logger(__name__)

_SUPPRESSED = 30.0
"""Seconds for which a line of the Kafka client is not said again."""
_VARYING = re.compile(r" \(after .*")
"""How long an attempt took, and how many like it were left out."""


def configure(*, as_json: bool) -> None:
    """Set up logging of this process: readable lines for people, or JSON for machines."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else _console()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    client = logging.getLogger("librdkafka")
    client.handlers = [KafkaClientLines()]
    client.propagate = False


class KafkaClientLines(logging.Handler):
    """Passes on what the Kafka client logs, without saying the same again and again.

    While no broker answers, a consumer tries the addresses it was given many times a second, each
    time with a connection of which nothing is known yet, and logs every failure.
    """

    def __init__(self) -> None:
        """Warnings and worse."""
        super().__init__(logging.WARNING)
        self._said: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log a line unless the same one was logged lately."""
        text = record.getMessage()
        now = time.monotonic()
        line = _VARYING.sub("", text)
        if line in self._said and now - self._said[line] < _SUPPRESSED:
            return
        self._said = {each: at for each, at in self._said.items() if now - at < _SUPPRESSED}
        self._said[line] = now
        log.log(record.levelno, "the Kafka client says", line=text)


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
