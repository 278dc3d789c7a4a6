"""`manifold dependencies`: what the branches depend on, and what is away."""

from collections.abc import Iterator

from rich.text import Text

from connectors.dependencies import Known, read_away
from flows import BRANCHES
from manifold.cli.cluster import Cluster, cluster
from manifold.cli.options import Bootstrap, Extra, Json
from manifold.cli.output import console, explained, json_line, printable, table
from operators.time import isoformat

_COLOURS = {"CLOSED": "green", "HALF_OPEN": "yellow", "OPEN": "red"}


@explained()
def dependencies(json: Json = False, bootstrap: Bootstrap = None, extra: Extra = None) -> None:
    """Show what each branch depends on: CLOSED is well, OPEN is away, HALF_OPEN is back.

    While a part is OPEN the branch answers UNKNOWN at once and remembers the request. When it is
    back, the requests that have waited are judged again: that is HALF_OPEN.
    """
    shown = table("branch", "depends on", "state", "since", ">waiting", "because")
    for known in every_dependency(cluster(bootstrap, extra)):
        since = None if known.since is None else isoformat(known.since)
        if json:
            json_line({**as_fields(known), "since": since})
        else:
            state = Text(known.state, style=_COLOURS[known.state])
            reason = printable(known.reason or "")
            part = printable(known.dependency)
            shown.add_row(known.flow, part, state, since or "", f"{known.postponed:,}", reason)
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
    asked = {*there.settings.reference.required, *there.settings.reference.max_age}
    for flow in BRANCHES:
        read = {topic.name.rpartition(".")[2] for topic in there.contracts.tables_of(flow)}
        for name in ("policy", *sorted((asked & read) - {"policy"})):
            part = name.replace("_", " ")
            if (flow, part) not in there_already:
                yield Known(flow, part, "CLOSED")
