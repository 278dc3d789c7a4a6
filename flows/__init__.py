"""What connects to what: one file a flow, each with `build` and `flow`."""

EXTRACT = "extract"
"""The flow that reads documents."""
BRANCHES = ("validation", "inventory", "fraud", "pricing")
"""The flows that judge an invoice, each by itself."""
JOIN = "decide"
"""The flow that makes one decision of four judgements."""
COLLECT = "collect"
"""The flow that writes the database."""
OUTPUTS = ("enrich", "statistics")
"""The flows that make something of decisions for readers outside."""
DELIVERIES = ("notify", "deliver")
"""The flows that hand something to receivers outside Kafka."""
FLOWS = (EXTRACT, *BRANCHES, JOIN, COLLECT, *OUTPUTS, *DELIVERIES)
"""Every flow; each is a module of this package and a consumer group."""
FUSED = "fused"
"""The flow that does the work of the branches and the join in one process."""
