"""A flow as somebody would hand it to the engine's own runner, which closes epochs by the clock."""

import threading

from connectors.runtime import Runtime
from connectors.settings import Settings
from flows import validation

runtime = Runtime("validation", Settings.load(), threading.Event())
flow = validation.flow(runtime)
runtime.connect()
