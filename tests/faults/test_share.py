"""A share of the fault run, a few minutes of it: every kind of fault, and everything is exact."""

from collections import Counter

import pytest

from tests.faults.checks import recovery
from tests.faults.performance import Plan, perform, told
from tests.faults.schedule import KINDS


@pytest.mark.alone  # a fault that comes when what it should hit is over has never happened
@pytest.mark.timeout(590)
def test_every_kind_of_fault_leaves_everything_exact() -> None:
    run, checks = perform(Plan.share(seed=4), print)
    hit = Counter(fault.kind for fault in run.faults)
    without_root = {"database_full"} - set(hit)
    assert set(hit) == set(KINDS) - without_root
    assert run.kills >= 15
    # How soon everything is decided again is a figure of the machine: the full run judges it.
    exact = [check for check in checks if check.name != recovery.NAME]
    assert [told(check) for check in exact if not check.passed] == []
