"""What connects to what: one file a flow, each with `build` and `flow`."""

FLOWS = ("validation", "inventory", "fraud", "pricing", "decide", "collect")
"""Every flow; each is a module of this package and a consumer group."""

COLLECT = "collect"
"""The flow that writes the database."""
FUSED = "fused"
"""The flow that does the work of all of them but `collect` in one process."""
