"""How commands speak: tables for people, JSON lines for machines, sentences for failures."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import typer
from confluent_kafka import KafkaException
from rich import box
from rich.console import Console
from rich.table import Table

from connectors.errors import Misconfigured, Unavailable
from connectors.kafka import Stopped, is_misconfigured
from connectors.settings import InvalidSettings

EXIT_FAILED = 1
"""Something was tried and failed."""
EXIT_USAGE = 2
"""What was asked for makes no sense; nothing was tried."""
EXIT_INTERRUPTED = 130
"""Ctrl-C."""


class Failed(Exception):
    """What was asked for could not be done; the text is a sentence that says what to do."""

    def __init__(self, sentence: str, code: int = EXIT_FAILED) -> None:
        """A sentence for people and the exit code."""
        super().__init__(sentence)
        self.code = code


def console(*, stderr: bool = False) -> Console:
    """A console on standard output, or on standard error, that takes text as it is."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def complain(sentence: str) -> None:
    """A sentence on standard error."""
    typer.echo(printable(sentence), err=True)


def json_line(value: Any) -> None:
    """One JSON object on a line of its own, at once."""
    typer.echo(msgspec.json.encode(value))
    sys.stdout.flush()


def printable(text: object) -> str:
    r"""Text fit for a terminal: whatever could move its cursor is a space.

    >>> printable("a\x1b[2Jb")
    'a [2Jb'
    """
    return "".join(sign if sign.isprintable() else " " for sign in str(text))


def counted(number: int, noun: str, several: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "record"), counted(1200, "record"), counted(0, "entry", "entries")
    ('1 record', '1,200 records', '0 entries')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def table(*columns: str) -> Table:
    """An empty table; a column that begins with `>` is aligned to the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        right = column.startswith(">")
        made.add_column(
            column.removeprefix(">"), justify="right" if right else "left", overflow="fold"
        )
    return made


@contextmanager
def explained() -> Iterator[None]:
    """Turn expected failures into a sentence on standard error and an exit code.

    As a decorator, it goes around a whole command.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python's flush at exit must not fail anew.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(EXIT_FAILED) from None
    except Failed as error:
        complain(str(error))
        raise typer.Exit(error.code) from None
    except InvalidSettings as error:
        complain(str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except (Misconfigured, Unavailable, Stopped) as error:
        complain(str(error))
        raise typer.Exit(EXIT_FAILED) from None
    except KafkaException as error:
        problem = error.args[0]
        if is_misconfigured(error):
            complain(f"Kafka settings are wrong: {problem.str()}")
            raise typer.Exit(EXIT_USAGE) from None
        complain(f"Kafka: {problem.str()}")
        raise typer.Exit(EXIT_FAILED) from None
