"""Where a flow's time goes: a py-spy profile of its process, added up by what the time is for.

    py-spy record --rate 200 --duration 10 --native --format raw --output decide.raw --pid PID
    python -m bench.shares decide.raw

Only the thread that runs the flow is counted, not those of the Kafka client. A sample belongs to
the innermost frame that a purpose knows.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

RUNS = "run_flow ("
"""A function that only the thread of the flow is in."""

PURPOSES = {
    "taking records over from the client": r"Task\.(poll|_received|_reached)\b"
    r"|(place|headers_of) \(|caught_up\.py",
    "reading Avro": r"Codec\.decoder\b",
    "judging, joining": r"job/(checks|flows|billing)\.py|operators/(?!__init__)\w+\.py"
    r"|connectors/(branch|joined|checks)\.py",
    "tables and changelogs": r"connectors/(tables|changelog|changelog_table|pages)\.py",
    "headers of what is written": r"connectors/envelope\.py",
    "writing Avro": r"Codec\.encoder\b",
    "handing records to the client": r"Transactions\.(produce|_begin)\b|Task\.produce\b",
    "committing": r"connectors/(transaction|disconnects)\.py|Task\.commit\b",
    "passing records from step to step": r"connectors/(steps|wire|stream|source|dead_letters)\.py",
    "looking for cycles": r"_Garbage",
    "the engine": r"bytewax|operators/__init__\.py|manifold/runner\.py",
}
"""Patterns over py-spy's frames, `function (file:line)`."""

_KNOWN = [(purpose, re.compile(pattern)) for purpose, pattern in PURPOSES.items()]


def shares(lines: Iterable[str]) -> Counter[str]:
    """Samples by purpose, of lines of `frame;frame;frame count`, the outermost frame first."""
    found: Counter[str] = Counter()
    for line in lines:
        stack, _, samples = line.rstrip().rpartition(" ")
        if RUNS in stack:
            found[_purpose(stack.split(";"))] += int(samples)
    return found


def _purpose(frames: list[str]) -> str:
    for frame in reversed(frames):
        for purpose, pattern in _KNOWN:
            if pattern.search(frame):
                return purpose
    return "other"


def main() -> int:
    """Print a table for each profile."""
    parser = argparse.ArgumentParser(
        prog="bench.shares",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("profile", nargs="+", type=Path, help="what py-spy has written")
    for path in parser.parse_args().profile:
        try:
            found = shares(path.read_text(errors="replace").splitlines())
        except OSError as error:
            print(f"{path}: {error.strerror}", file=sys.stderr)
            return 1
        except ValueError:
            print(f"{path} is not what `py-spy record --format raw` writes", file=sys.stderr)
            return 1
        if not found:
            print(
                f"{path} has no samples of a running flow: was --pid that of its process?",
                file=sys.stderr,
            )
            return 1
        print(f"{path.stem}: {found.total():,} samples")
        for purpose, samples in found.most_common():
            print(f"  {samples / found.total():6.1%}  {purpose}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
