"""What takes long to import is imported by those who need it: every start waits for the rest."""

import os
import subprocess
import sys

import pytest

REGISTRY = "confluent_kafka.schema_registry"
READING = "operators.extraction.understand"

IMPORTED = "import sys; from {} import *; print(*sys.modules, sep='\\n')"


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("manifold.runner", REGISTRY),
        ("manifold.runner", READING),
        ("flows.validation", READING),
        ("manifold.cli.cluster", REGISTRY),
        ("manifold.cli.cluster", READING),
    ],
)
def test_what_is_not_needed_is_not_imported(module: str, unneeded: str) -> None:
    code = IMPORTED.format(module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = done.stdout.split()
    assert module in imported
    assert unneeded not in imported


def test_tests_let_what_they_start_keep_what_it_has_compiled() -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
