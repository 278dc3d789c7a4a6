"""`manifold dependencies`: what the branches depend on, and what is away."""

from collections.abc import Iterator

from rich.text import Text

from connectors.dependencies import Known, read_away
from connectors.document_dependencies import document_dependencies
from connectors.services import EXCHANGE_RATES, PURCHASE_ORDERS
from flows import BRANCHES
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import console, explained, json_line, printable, table
from operators.time import isoformat

_COLOURS = {"OFF": "dim", "CLOSED": "green", "HALF_OPEN": "yellow", "OPEN": "red"}


@explained()
def dependencies(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Show what each flow depends on: CLOSED is well, OPEN is away, HALF_OPEN is back.

    While a part is OPEN the branch answers UNKNOWN at once and remembers the request. When it is
    back, the requests that have waited are judged again: that is HALF_OPEN. What reading documents
    depends on is tried from here, within seconds; OFF is what the settings do without.
    """
    shown = table("flow", "depends on", "state", "since", ">waiting", "because")
    for known in every_dependency(cluster(bootstrap, extra)):
        since = None if known.since is None else isoformat(known.since)
        if json:
            json_line({**as_fields(known), "since": since})
        else:
            state = Text(known.state, style=_COLOURS[known.state])
            reason = printable(known.reason or "")
            part = printable(known.dependency)
            shown.add_row(
                known.flow, part, state, (since or "")[:19], f"{known.postponed:,}", reason
            )
    if not json:
        console().print(shown)


def as_fields(known: Known) -> dict[str, object]:
    """A dependency as its fields."""
    return {name: getattr(known, name) for name in known.__struct_fields__}


def every_dependency(there: Cluster) -> Iterator[Known]:
    """What is away, and then what the settings name besides and is well."""
    found = read_away(there.kafka, there.contracts, BRANCHES)
    yield from found
    there_already = {(known.flow, known.dependency) for known in found}
    for flow in BRANCHES:
        for part in _named(there, flow):
            if (flow, part) not in there_already:
                yield Known(flow, part, "CLOSED")
    yield from document_dependencies(there.settings)


def _named(there: Cluster, flow: str) -> Iterator[str]:
    """What a branch depends on by the settings."""
    yield "policy"
    reference, services = there.settings.reference, there.settings.services
    asked = {*reference.required, *reference.max_age} - {"policy"}
    read = {topic.name.rpartition(".")[2] for topic in there.contracts.tables_of(flow)}
    for name in sorted(asked & read):
        yield name.replace("_", " ")
    if flow == "pricing" and services.exchange_rates.url is not None:
        yield EXCHANGE_RATES
    if flow == "inventory" and services.purchase_orders.url is not None:
        yield PURCHASE_ORDERS
