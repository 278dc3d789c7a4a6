"""A share of the fault run, a few minutes of it: every kind of fault, and every checker passes."""

from collections import Counter

import pytest

from tests.faults.performance import Plan, perform, told
from tests.faults.schedule import KINDS


@pytest.mark.timeout(590)
def test_every_kind_of_fault_leaves_everything_exact() -> None:
    run, checks = perform(Plan.share(seed=4), print)
    hit = Counter(fault.kind for fault in run.faults)
    without_root = {"database_full"} - set(hit)
    assert set(hit) == set(KINDS) - without_root
    assert run.kills >= 15
    assert [told(check) for check in checks if not check.passed] == []
