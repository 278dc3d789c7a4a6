"""`manifold run`: one flow in this process."""

import os
import sys
from typing import Annotated

import typer

from connectors.settings import Settings
from flows import FLOWS, FUSED


def run(
    flow: Annotated[str, typer.Argument(help=f"One of {', '.join(FLOWS)}, {FUSED}.")],
    instance: Annotated[
        str | None,
        typer.Option(
            help="Stable name of this process among those of its flow: a restart under the "
            "same name takes over at once. Without one the name is random."
        ),
    ] = None,
) -> None:
    """Run one flow until SIGTERM or Ctrl-C; finishes its epoch and leaves its group cleanly.

    Start it again with other instance names to scale out: Kafka shares the partitions.
    """
    from manifold.runner import run_flow

    if flow not in (*FLOWS, FUSED):
        raise typer.BadParameter(
            f"there is no flow {flow!r}; there are {', '.join(FLOWS)}, {FUSED}"
        )
    given = {"instance": instance} if instance else {}
    code = run_flow(flow, Settings.load(**given))
    # Not sys.exit: taking the Kafka client apart may wait for brokers that nobody needs any more.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
