"""What a checker is told to leave alone has its reason beside it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = (
    "bench",
    "connectors",
    "dashboards",
    "deploy",
    "flows",
    "manifold",
    "operators",
    "web",
    "tests",
)
IGNORED = re.compile(r"# type: ignore(\[[a-z, -]+\])?")
WITH_REASON = re.compile(r"# type: ignore\[[a-z, -]+\]  # \S")


def test_what_mypy_leaves_alone_has_a_rule_and_a_reason() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 500
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if IGNORED.search(line) and not WITH_REASON.search(line)
    ]
    assert bare == []
