"""Logs: one line an event on standard error, without values of records or variables."""

import logging
import sys

import structlog


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


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
