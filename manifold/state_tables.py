"""Every table that any flow keeps in a changelog, by the flow."""

from collections.abc import Mapping

from connectors.changelog_table import TableType
from connectors.counted import COUNTED, PROGRESS, WINDOWS
from connectors.delivery_tables import OWED, TOLD
from connectors.enriched import DONE
from connectors.extracting import ANSWERED, MEMORIES, OVERTAKEN, READINGS
from connectors.joined import TABLES as JOINED
from connectors.postponed import POSTPONED
from flows import BRANCHES, FUSED, JOIN
from flows.fused import TABLES as KEPT

STATE: Mapping[str, tuple[TableType, ...]] = {
    "extract": (READINGS, ANSWERED, OVERTAKEN, MEMORIES),
    **{branch: (*KEPT.get(branch, ()), POSTPONED) for branch in BRANCHES},
    JOIN: JOINED,
    FUSED: JOINED,
    "enrich": (DONE,),
    "notify": (OWED, TOLD),
    "deliver": (OWED, TOLD),
    "statistics": (WINDOWS, COUNTED, PROGRESS),
}
"""A test compares them with the contracts; the fused flow keeps the branches' tables as well."""
