"""What `manifold policy status` says before anything has been decided."""

import pytest
from msgspec.structs import replace

from connectors.policy_topic import Published
from manifold.cli.policy import starter_policy
from manifold.cli.policy_status import _tell
from operators.candidate import CANDIDATE, IN_FORCE
from operators.comparison import Trial
from operators.money import ONE


@pytest.mark.parametrize("percent", [None, 10 * ONE])
def test_nothing_decided_is_a_sentence_and_no_empty_table(
    percent: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = starter_policy()
    tried = Published(replace(policy, version="next", canary_percent=percent), 1_000)
    known = {IN_FORCE: Published(policy, 0), CANDIDATE: tried}
    _tell(known, tried, 1_000, Trial(policy.version, "next"))
    *_, last = capsys.readouterr().out.splitlines()
    assert last == "Nothing has been decided by them since 1970-01-01T00:00:01.000Z."
