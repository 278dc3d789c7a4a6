"""Files of tests in two workers at once: together, or alone."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.integration.flow_process import REPOSITORY

pytest_plugins = "pytester"

CONFTEST = """
import json
import os
import time

import pytest

from tests.conftest import pytest_configure


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    # Where pytest-timeout begins to count.
    began = time.monotonic()
    result = yield
    with open("told", "a") as told:
        print(json.dumps([item.path.stem, began, time.monotonic()]), file=told)
    return result
"""
WAITS = """
import time

import pytest

pytestmark = {marks}


@pytest.mark.parametrize("number", range(3))
def test_it(number):
    time.sleep(0.1)
"""
MEETS = """
import time
from pathlib import Path

import pytest

pytestmark = {marks}


def test_other():
    Path(__file__).with_suffix(".here").touch()
    while len(list(Path(__file__).parent.glob("*.here"))) < 2:
        time.sleep(0.01)
"""
LIMITED = "[pytest.mark.timeout({})]"
ALONE = "[pytest.mark.alone]"

Span = tuple[float, float]


@pytest.fixture
def spans(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Span]]:
    """When the tests of each file began and ended, by the name of the file."""
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\nmarkers = alone\ntimeout = 60")
    pytester.makepyfile(
        test_a=WAITS.format(marks=ALONE),
        test_b=WAITS.format(marks=ALONE),
        test_c=WAITS.format(marks="[]"),
        test_d=WAITS.format(marks="[]"),
        test_e=MEETS.format(marks=LIMITED.format(80)),
        test_f=MEETS.format(marks=LIMITED.format(90)),
    )
    result = pytester.runpytest_subprocess("-n2", "--dist=loadfile", "--no-loadscope-reorder")
    assert result.parseoutcomes() == {"passed": 14}
    return _read(pytester.path / "told")


def _read(told: Path) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for name, began, ended in map(json.loads, told.read_text().splitlines()):
        found.setdefault(name, []).append((began, ended))
    return found


def test_files_run_together_long_ones_first_and_some_alone(spans: dict[str, list[Span]]) -> None:
    began = {name: min(span) for name, span in spans.items()}
    assert set(sorted(began, key=began.__getitem__)[:2]) == {"test_e", "test_f"}
    for alone, other in product(("test_a", "test_b"), spans):
        assert alone == other or not list(_overlapping(spans[alone], spans[other]))


def _overlapping(ones: list[Span], others: list[Span]) -> Iterator[tuple[Span, Span]]:
    for one, other in product(ones, others):
        if one[0] < other[1] and other[0] < one[1]:
            yield one, other
