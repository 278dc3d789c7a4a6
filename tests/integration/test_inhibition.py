"""A real Alertmanager silences what another alert explains, and nothing else."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.flow_process import PATIENCE

CONFIGURED = Path(__file__).parents[2] / "dashboards" / "alertmanager" / "alertmanager.yml"
SILENCED = (
    ("ManifoldGroupStopped", "ManifoldLagGrowing", "group"),
    ("ManifoldGroupStopped", "ManifoldQueueLong", "group"),
    ("ManifoldLagStalled", "ManifoldLagGrowing", "group"),
    ("ManifoldQueueLong", "ManifoldLagGrowing", "group"),
    ("ManifoldBrokersUnreachable", "ManifoldFlowNotReady", "flow"),
    ("ManifoldFlowGone", "ManifoldFlowNotReady", "flow"),
    ("ManifoldErrorRate", "ManifoldDeadLetters", "flow"),
    ("ManifoldErrorBudgetBurnsFast", "ManifoldErrorBudgetBurnsSlowly", None),
    ("ManifoldCertificateExpiresNow", "ManifoldCertificateExpires", "setting"),
    ("ManifoldProbeWrong", "ManifoldProbeSilent", None),
)
"""What explains, what it silences, and in what both have to be of the same."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    # Debian's package calls it so.
    command = shutil.which("alertmanager") or "prometheus-alertmanager"
    process = subprocess.Popen(
        [
            command,
            f"--config.file={CONFIGURED}",
            f"--storage.path={tmp_path_factory.mktemp('alertmanager')}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None
        with suppress(OSError), urllib.request.urlopen(f"http://{address}/-/ready", timeout=5):
            break
        time.sleep(0.1)
    yield f"http://{address}/api/v2/alerts"
    process.terminate()
    process.wait()


def told(url: str, *alerts: Mapping[str, str]) -> None:
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


def state(url: str, labels: Mapping[str, str]) -> str:
    """Suppressed or active, as soon as Alertmanager has made up its mind."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with urllib.request.urlopen(url, timeout=10) as answer:
            found: Any = json.load(answer)
        [state] = [each["status"]["state"] for each in found if each["labels"] == labels]
        if state != "unprocessed":
            return str(state)
        time.sleep(0.1)
    raise AssertionError(f"nothing is known of {labels}")


@pytest.mark.parametrize(("source", "target", "same"), SILENCED)
def test_what_explains_another_silences_it(
    url: str, unique: str, source: str, target: str, same: str | None
) -> None:
    of: dict[str, str] = {same: unique} if same else {}
    told(url, {"alertname": source, **of})
    explained = {"alertname": target, "severity": "ticket", "case": unique, **of}
    told(url, explained)
    assert state(url, explained) == "suppressed"
    if same:
        another = {**explained, same: f"{unique}another"}
        told(url, another)
        assert state(url, another) == "active"
