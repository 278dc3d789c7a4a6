"""The table of lags fits on a terminal."""

import io

import pytest
from rich.console import Console

from connectors.contracts import Contracts
from flows import FLOWS
from manifold.cli.flow_groups import topics_read_by
from manifold.cli.lag_table import lag_table
from operators.lag import PartitionLag
from operators.lag_state import State

CONTRACTS = Contracts.load(namespace="test.")
FOUND = [
    PartitionLag(
        group=f"test.{flow}",
        topic=topic,
        partition=0,
        members=2,
        state=State.OK,
        lag=12_345,
        waiting=0,
        seconds=75.0,
        behind=12_345,
        in_open_transactions=0,
        expired=0,
        committed=0,
        start=0,
        end=12_345,
        committed_at=None,
        reads=512.5,
        writes=500.0,
        seconds_left=None,
    )
    for flow in FLOWS
    for topic in topics_read_by(CONTRACTS, flow)
]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_each_line_is_one(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    console.print(lag_table(FOUND, False, "test.", width), width=width)
    lines = out.getvalue().splitlines()
    rows = [line for line in lines if "12,345" in line]
    assert len(rows) == len(FOUND)
    assert max(map(len, lines)) <= width
    assert len([line for line in lines if line.strip()]) == len(FOUND) + 2, "a heading and a rule"
    assert ("invoice.validation.result" in out.getvalue()) == (width == 120)
    told = [tuple(line.split()[:2]) for line in rows]
    assert len(set(told)) == len(told), "each says which it is"
