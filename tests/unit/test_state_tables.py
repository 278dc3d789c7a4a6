"""Every changelog of the contracts is a table of a flow, and no table is without one."""

from connectors.contracts import Contracts
from manifold.state_tables import STATE


def test_tables_and_changelogs_are_the_same() -> None:
    tables = {f"{flow}.{table.name}.changelog" for flow, kept in STATE.items() for table in kept}
    topics = Contracts.load().topics
    assert tables == {name for name, topic in topics.items() if topic.kind == "changelog"}
