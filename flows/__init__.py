"""What connects to what: one file a flow, each with `build` and `flow`."""

FLOWS = ("validation", "inventory", "fraud", "pricing", "decide", "collect")
"""Every flow; each is a module of this package and a consumer group."""
