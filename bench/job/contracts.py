"""The topics of the job: the project's contracts, as far as the job has them."""

from msgspec.structs import replace

from connectors.contracts import Contracts

INPUT = "invoice.uploaded"
_BRANCHES = ("validation", "inventory", "fraud", "pricing")
_RESULTS = tuple(f"invoice.{branch}.result" for branch in _BRANCHES)
_WRITTEN = (
    *_RESULTS,
    "invoice.decision",
    "inventory.reservations.changelog",
    "fraud.vendors.changelog",
    "decide.requests.changelog",
    "decide.closed.changelog",
    "decide.reviews.changelog",
    "decide.cancelled.changelog",
    "fused.requests.changelog",
    "fused.closed.changelog",
    "fused.reviews.changelog",
    "fused.cancelled.changelog",
)


def job_contracts(namespace: str, uploads: str) -> Contracts:
    """Contracts of a system that reads the topic `uploads` and writes under `namespace`."""
    every = Contracts.load()
    topics = {uploads: replace(every.topics[INPUT], name=uploads, consumers=_BRANCHES)}
    for name in _WRITTEN:
        consumers = ("decide",) if name in _RESULTS else ()
        topic = replace(every.topics[name], name=namespace + name, consumers=consumers)
        topics[topic.name] = topic
    return Contracts(topics, every.versions, every.lock, namespace)
