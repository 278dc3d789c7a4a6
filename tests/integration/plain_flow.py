"""A flow as somebody would hand it to the engine's own runner, which closes epochs by the clock."""

import threading

from bytewax.dataflow import Dataflow

from connectors.runtime import Runtime
from connectors.settings import Settings
from flows import validation


def flow() -> Dataflow:
    """Wire the validation flow and connect it, as the engine's runner asks for it."""
    runtime = Runtime("validation", Settings.load(), threading.Event())
    wired = validation.flow(runtime)
    runtime.connect()
    return wired
