"""Logs: one line an event on standard error, without values of records or variables."""

import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

_SUPPRESSED = 30.0
"""Seconds for which a line of the Kafka client is not said again."""
_VARYING = re.compile(r" \(after .*")
"""How long an attempt took, and how many like it were left out."""
_PLAIN = re.compile(r"[^\s'\"=]+")
_COLOURS = {"warning": "\033[33m", "error": "\033[31m", "critical": "\033[31m"}

_context: dict[str, object] = {}


class Log:
    """Events of one module, each with the facts that belong to it.

    >>> Log("connectors.task").info("assigned", partitions=[0, 1])
    """

    def __init__(self, name: str) -> None:
        """`name`: the module's."""
        self._logger = logging.getLogger(name)

    def info(self, event: str, **facts: object) -> None:
        """Something went as it should."""
        self.log(logging.INFO, event, **facts)

    def warning(self, event: str, **facts: object) -> None:
        """Something went wrong and is dealt with."""
        self.log(logging.WARNING, event, **facts)

    def error(
        self,
        event: str,
        *,
        exc_info: BaseException | None = None,
        quoting: bool = True,
        **facts: object,
    ) -> None:
        """Something went wrong that somebody should look at.

        Without `quoting` the texts of exceptions are left out: they may hold values of a record.
        """
        extra = {"facts": facts, "quoting": quoting}
        self._logger.error(event, exc_info=exc_info, extra=extra)

    def log(self, level: int, event: str, **facts: object) -> None:
        """An event of a level of the standard library's."""
        self._logger.log(level, event, extra={"facts": facts})


def configure(*, as_json: bool, **context: object) -> None:
    """Set up logging of this process: readable lines for people, or JSON for machines.

    Every event carries the `context`. Libraries speak from warnings on.
    """
    _context.clear()
    _context.update(context)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(for_machines() if as_json else _Readable(colours=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("connectors", "manifold", "web"):
        logging.getLogger(ours).setLevel(logging.INFO)
    set_on_retry_hooks([_say_retry])
    client = logging.getLogger("librdkafka")
    client.handlers = [KafkaClientLines()]
    client.propagate = False


def for_machines() -> logging.Formatter:
    """Writes an event as one JSON object."""
    return _Json()


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


class _Json(logging.Formatter):
    """One JSON object an event."""

    def format(self, record: logging.LogRecord) -> str:
        """The event, its context and its facts in one object."""
        told: dict[str, object] = {
            "timestamp": _instant(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_context,
            **_facts(record),
        }
        if record.exc_info:
            told["exception"] = _exception(self, record)
        return msgspec.json.encode(told, enc_hook=str).decode()


class _Readable(logging.Formatter):
    """One line an event, the exception's traceback below it."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """The event, then its context and facts by name."""
        level = record.levelname.lower()
        colour, reset = (_COLOURS.get(level, "\033[32m"), "\033[0m") if self._colours else ("", "")
        facts = {**_context, **_facts(record)}
        told = " ".join(f"{name}={_shown(facts[name])}" for name in sorted(facts))
        line = f"{_instant(record)} [{colour}{level:<9}{reset}] {record.getMessage():<30} {told}"
        if record.exc_info:
            return f"{line.rstrip()}\n{_exception(self, record)}"
        return line.rstrip()


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    assert record.exc_info is not None
    if getattr(record, "quoting", True):
        return formatter.formatException(record.exc_info)
    parts: list[str] = []
    error = record.exc_info[1]
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__qualname__}")
        error = error.__cause__ or error.__context__
    return "\n\nwhich was raised from:\n\n".join(parts)


def _say_retry(details: RetryDetails) -> None:
    """Without what was given, which may be secret."""
    log.warning(
        "is tried again",
        because=type(details.caused_by).__name__,
        in_s=round(details.wait_for, 3),
    )


def _facts(record: logging.LogRecord) -> Mapping[str, object]:
    facts: Mapping[str, object] = getattr(record, "facts", {})
    return facts


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _shown(value: object) -> str:
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else repr(value)


log = Log(__name__)
