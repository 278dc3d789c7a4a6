"""`manifold probe`: a synthetic invoice through everything, every so often."""

import time
from contextlib import ExitStack, suppress
from typing import Annotated

import typer

from connectors.measures import Measures
from connectors.probing import Probed, Prober
from connectors.telemetry_server import Answer, TelemetryServer, registry
from manifold.cli.cluster import cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import console, explained, json_line
from operators.time import isoformat


@explained()
def probe(
    every: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="From one invoice to the next.")
    ] = 30.0,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="How long to wait for a decision.")
    ] = 60.0,
    once: Annotated[bool, typer.Option("--once", help="Send one and end.")] = False,
    json: Json = False,
    bootstrap: Bootstrap = None,
    extra: Extra = None,
) -> None:
    """Send a synthetic invoice and say how long its decision took and whether it is right.

    It is marked by its vendor, manifold-probe, and made so that it is always rejected: nothing is
    paid, posted or reserved for it, and nobody is told. With telemetry.port its metrics are served.
    --once exits with 1 unless the decision is right.
    """
    there = cluster(bootstrap, extra)
    measures = Measures()
    last: list[Probed] = []
    with ExitStack() as closing:
        where = there.settings.telemetry
        if where.port is not None:
            pages = {"/health/live": _alive, "/health/ready": lambda: _well(last)}
            server = TelemetryServer(where.host, where.port, registry(measures), pages)
            closing.callback(server.close)
            console(stderr=True).print(
                f"Telemetry: http://{where.host}:{server.port}/metrics", soft_wrap=True
            )
        prober = Prober(there.kafka, there.contracts, there.codec, measures)
        closing.enter_context(prober)
        if not once:
            # Ctrl-C is how an endless command is meant to end.
            closing.enter_context(suppress(KeyboardInterrupt))
        while True:
            began = time.monotonic()
            probed = prober.probe(timeout)
            last[:] = [probed]
            _tell(probed, as_json=json)
            if once:
                raise typer.Exit(0 if probed.outcome == "correct" else 1)
            time.sleep(max(0.0, began + every - time.monotonic()))


def _alive() -> Answer:
    return True, {"check": "live", "status": "ok", "reasons": []}


def _well(last: list[Probed]) -> Answer:
    outcome = last[0].outcome if last else "none has been sent yet"
    well = outcome == "correct"
    reasons = [] if well else [f"the last synthetic invoice: {outcome}"]
    return well, {"check": "ready", "status": "ok" if well else "failed", "reasons": reasons}


def _tell(probed: Probed, *, as_json: bool) -> None:
    decision = probed.decision
    status = None if decision is None else decision.status
    if as_json:
        json_line(
            {
                "at": isoformat(round(time.time() * 1_000)),
                "request_id": probed.request_id,
                "outcome": probed.outcome,
                "seconds": round(probed.seconds, 3),
                "status": status,
            }
        )
        return
    at = isoformat(round(time.time() * 1_000))
    typer.echo(f"{at}  {probed.outcome:<8}  {probed.seconds:6.3f} s  {status or '–'}")
