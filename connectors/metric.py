"""What a metric is: its name, type, labels, buckets and meaning, as the catalogue has them."""

from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Server: TypeAlias = Literal["flow", "branches", "join", "extract", "up", "lag", "probe", "web"]
"""Whose process has it: any flow's, that of the branches, the join, documents, of `manifold up`,
`manifold lag`, `manifold probe` or `manifold serve`."""


class Metric(Struct, frozen=True, eq=False):
    """One metric. Its name says its unit: a base unit, `_total` for what only grows."""

    name: str
    kind: Kind
    server: Server
    meaning: str
    """One sentence, shown by Prometheus and in the documentation."""
    labels: tuple[str, ...] = ()
    """Each of few values: never one for a vendor, a request or a document."""
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram's buckets, without the infinite one."""


def counter(server: Server, name: str, meaning: str, *labels: str) -> Metric:
    """What only grows, from 0 on when its process starts."""
    return Metric(name, "counter", server, meaning, labels)


def gauge(server: Server, name: str, meaning: str, *labels: str) -> Metric:
    """What goes up and down."""
    return Metric(name, "gauge", server, meaning, labels)


def histogram(
    server: Server, name: str, buckets: tuple[float, ...], meaning: str, *labels: str
) -> Metric:
    """How often something was how large."""
    return Metric(name, "histogram", server, meaning, labels, buckets)
