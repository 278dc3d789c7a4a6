"""A rolling restart and a rescale under load, a minute of them: nothing lost, nothing doubled."""

from pathlib import Path

import pytest
from PIL import Image

from flows import BRANCHES, JOIN
from tests.rescaling.page import summary
from tests.rescaling.performance import Plan, Run, perform
from tests.rescaling.phases import figures, moments
from tests.rescaling.pictures import BOARDS, dashboards, latencies
from tests.rescaling.scene import Scene

PER_SECOND = 20


@pytest.mark.alone
@pytest.mark.timeout(590)
def test_flows_are_renewed_and_rescaled_and_every_upload_is_decided_once(
    bootstrap: str, tmp_path: Path
) -> None:
    plan = Plan(
        bootstrap,
        PER_SECOND,
        seconds=4.0,
        seed=1,
        folder=tmp_path / "run",
        flows=(*BRANCHES, JOIN),
        scaled=("validation", JOIN),
    )
    members: set[float] = set()

    def draw(scene: Scene, run: Run) -> None:
        dashboards(tmp_path, scene, run.phases)
        for each in scene.prometheus.whole('manifold_lag_members{group=~".*decide"}'):
            members.update(float(value) for _, value in each["values"])

    run, audit = perform(plan, print, draw)
    assert [check for check in audit.checks if not check.passed] == []
    assert (audit.lost, audit.doubled) == (0, 0)
    assert audit.decisions == run.uploads == len(audit.uploaded) > 16 * PER_SECOND
    assert run.seen.keys() == audit.uploaded.keys()
    # One of each flow is renewed; two of each that is scaled go, and in the end all that are left.
    assert run.exits == {0: len(plan.flows) + 2 * len(plan.scaled) + len(plan.flows) + 2}
    assert run.restarts == {}
    assert {1.0, 4.0, 2.0} <= members
    assert run.alerts == ()

    made = moments(audit.uploaded, run.seen)
    rows = [figures(phase, made) for phase in run.phases]
    assert [row.phase for row in rows if row.uploads] == [each.phase for each in rows[:-1]]
    assert sum(row.uploads for row in rows) == run.uploads
    assert rows[-1].behind == 0
    assert any(f"{run.uploads:,} invoices" in line for line in summary(plan, run, audit, rows))

    latencies(tmp_path / "latencies.svg", made, run.phases)
    assert "scaled up" in (tmp_path / "latencies.svg").read_text(encoding="utf-8")
    for board in BOARDS:
        with Image.open(tmp_path / f"{board}.png") as drawn:
            assert drawn.width > 1_000
