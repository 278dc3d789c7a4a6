"""Maven has one user at a time, whichever process it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.flow_process import REPOSITORY
from tests.maven import maven

WANTS = """
import sys
from tests.maven import maven
print("asks", flush=True)
with maven(sys.argv[1]):
    print("in")
"""


def wanting(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WANTS, str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_another_process_waits_until_it_is_free(tmp_path: Path) -> None:
    with maven(str(tmp_path)):
        other = wanting(tmp_path)
        assert other.stdout is not None
        assert other.stdout.readline() == "asks\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1)
    assert other.communicate(timeout=60)[0] == "in\n"
