"""`manifold dlq retry`: dead letters whose reason may mend itself, sent back by themselves."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Annotated

import typer
from confluent_kafka import KafkaException

from connectors.clock import now
from connectors.errors import Unavailable
from connectors.kafka import Stopped
from connectors.measures import Measures
from connectors.resolved import Overtaken
from connectors.retry_metrics import RetryMetrics
from connectors.retrying import Retrier
from connectors.telemetry_server import TelemetryServer, registry
from manifold.cli.cluster import cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import EXIT_USAGE, Failed, complain, counted, explained, json_line
from operators.retrying import Retries
from operators.time import isoformat

_PATIENCE = 60.0
"""Seconds that a look may take longer than usual."""


@explained()
def retry_command(
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Go on for ever, as a service.")
    ] = False,
    attempts: Annotated[
        int, typer.Option(min=2, max=100, help="Attempts in all, the very first among them.")
    ] = 8,
    shortest: Annotated[
        float,
        typer.Option(min=0.1, metavar="SECONDS", help="From the first failure to the second try."),
    ] = 60,
    longest: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="That the doubling pauses grow to.")
    ] = 3_600,
    rate: Annotated[float, typer.Option(min=0.01, help="At most so many letters a second.")] = 20,
    every: Annotated[
        float, typer.Option(min=0.2, metavar="SECONDS", help="With --watch: between two looks.")
    ] = 10,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Send back letters whose reason may mend itself and whose turn it is.

    Those are document_missing, document_changed and unknown_schema: 1 minute after the first
    failure, then after pauses that double up to an hour, each less up to a quarter by chance. What
    has failed eight times is given up: `manifold dlq list` shows it, and a person decides. Letters
    of other reasons are left alone. A letter goes to the flow that could not use it, and is sent
    back at most once, whoever is killed when. With --watch and telemetry.port metrics are served.
    """
    if dry_run and watch:
        raise Failed("--dry-run goes with a single look, not with --watch.", EXIT_USAGE)
    if longest < shortest:
        raise Failed("--longest is shorter than --shortest.", EXIT_USAGE)
    there = cluster(bootstrap, extra)
    plan = Retries(round(shortest * 1_000), round(longest * 1_000), attempts)
    retrier = Retrier(there.kafka, there.contracts, there.codec, plan)
    if not watch:
        retrier.look()
        sent = len(retrier.due(now())) if dry_run else sum(_batches(retrier, rate))
        _tell(retrier, "would be sent back" if dry_run else "sent back", sent, as_json=json)
        return
    measures = Measures()
    metrics = RetryMetrics(measures)
    with ExitStack() as closing:
        where = there.settings.telemetry
        if where.port is not None:
            pages = metrics.pages(round((3 * every + _PATIENCE) * 1_000))
            server = TelemetryServer(where.host, where.port, registry(measures), pages)
            closing.callback(server.close)
            complain(f"serving http://{where.host}:{server.port}/metrics")
        # Ctrl-C is how an endless command is meant to end.
        closing.enter_context(suppress(KeyboardInterrupt))
        while True:
            began = time.monotonic()
            _look(retrier, metrics, rate, as_json=json)
            time.sleep(max(0.0, began + every - time.monotonic()))


def _look(retrier: Retrier, metrics: RetryMetrics, rate: float, *, as_json: bool) -> None:
    sent = 0
    try:
        retrier.look()
        metrics.show(retrier, now())
        for number in _batches(retrier, rate):
            sent += number
            metrics.show(retrier, now())
    except Overtaken:
        complain("somebody else is dealing with dead letters; going on at the next look")
    except (Unavailable, Stopped) as error:
        metrics.failed()
        complain(f"{error}; trying again")
    except KafkaException as error:
        metrics.failed()
        complain(f"Kafka: {error.args[0].str()}; trying again")
    if sent:
        _tell(retrier, "sent back", sent, as_json=as_json)


def _batches(retrier: Retrier, rate: float) -> Iterator[int]:
    """Send back all whose turn it is, at a pace; how many in each batch."""
    while True:
        began = time.monotonic()
        sent = retrier.retry(now(), rate)
        yield sent
        if len(retrier.due(now())) == 0:
            return
        time.sleep(max(0.0, began + sent / rate - time.monotonic()))


def _tell(retrier: Retrier, done: str, sent: int, *, as_json: bool) -> None:
    waiting, given_up = retrier.waiting.total(), retrier.given_up.total()
    if as_json:
        found = {"at": isoformat(now()), done.replace(" ", "_"): sent}
        json_line({**found, "waiting": waiting, "given_up": given_up})
        return
    typer.echo(
        f"{counted(sent, 'dead letter')} {done}; {waiting:,} waiting, {given_up:,} given up."
    )
