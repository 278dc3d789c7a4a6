"""The demo, as somebody runs it who has just installed Manifold."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest


def test_the_board_shows_what_is_decided_while_the_demo_runs_and_is_gone_after(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "manifold", "demo", "--count", "12", "--keep", "--json"]
    demo = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        address = still_running(demo)
        with urllib.request.urlopen(address, timeout=10) as board:
            assert "Live board" in board.read().decode()
        deadline = time.monotonic() + 30  # the database may be a moment behind the topics
        while len(listed := requests(address)) < 12 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert len(listed) == 12
    finally:
        demo.send_signal(signal.SIGINT)
        output, told = demo.communicate(timeout=60)

    assert demo.returncode == 0, told
    summary = json.loads(output)
    assert (summary["requests"], summary["decisions"], summary["duplicates"]) == (12, 12, 0)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=10)


def requests(address: str) -> list[Any]:
    """What the list of requests says."""
    with urllib.request.urlopen(address.replace("/board", "/requests"), timeout=10) as found:
        listed: list[Any] = json.load(found)["requests"]
        return listed


def still_running(demo: subprocess.Popen[str]) -> str:
    """The address of the board, once everything is decided."""
    assert demo.stderr is not None
    for line in demo.stderr:
        if line.startswith("Still running"):
            (address,) = re.findall(r"http://127\.0\.0\.1:\d+/board", line)
            return str(address)
    raise AssertionError("it has ended")
