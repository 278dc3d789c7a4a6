"""This commit against the one before: the same small benchmark over both, turn by turn.

    make bench-ci

It prints ratios and never fails because of them; it fails when this commit cannot be measured.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TURNS = 3


class NotMeasured(Exception):
    """The benchmark does not run over a version; the text holds the last it said."""


def main() -> int:
    """Print the comparison; the exit code."""
    with tempfile.TemporaryDirectory(prefix="manifold-bench-") as name:
        folder = Path(name)
        before = unpacked("HEAD~1", folder)
        ours: dict[str, float] = {}
        theirs: dict[str, float] = {}
        compared = before is not None
        try:
            for _ in range(_TURNS):
                keep_least(ours, measured(ROOT))
                if compared:
                    compared = _keep_theirs(theirs, folder)
        except NotMeasured as error:
            print(f"bench: this commit cannot be measured: {error}", file=sys.stderr)
            return 1
    print(table(ours, theirs, before))
    return 0


def _keep_theirs(theirs: dict[str, float], folder: Path) -> bool:
    """Whether the commit before could be measured."""
    try:
        keep_least(theirs, measured(folder))
    except NotMeasured as error:
        print(f"bench: the commit before cannot be measured like this one: {error}")
        return False
    return True


def unpacked(commit: str, folder: Path) -> str | None:
    """Unpack a commit and compile what has to be; its short name, None where it is not there."""
    asked = _git("rev-parse", "--verify", "--quiet", "--short", f"{commit}^{{commit}}")
    if asked.returncode:
        return None
    archive = _git("archive", commit)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    native = folder / "connectors" / "native" / "build.py"
    if native.exists():
        subprocess.run([sys.executable, str(native)], cwd=folder, capture_output=True)
    return asked.stdout.decode().strip()


def measured(root: Path) -> dict[str, float]:
    """Microseconds by step, over the source in a folder. Raises NotMeasured."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "micro.py")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotMeasured((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    found = json.loads(done.stdout.splitlines()[-1])
    return {str(step): float(cost) for step, cost in found.items()}


def keep_least(kept: dict[str, float], found: Mapping[str, float]) -> None:
    """Keep of each step the least it took."""
    for step, cost in found.items():
        kept[step] = min(cost, kept.get(step, cost))


def table(ours: Mapping[str, float], theirs: Mapping[str, float], before: str | None) -> str:
    """The comparison in lines.

    >>> print(table({"judge": 4.0}, {"judge": 5.0}, "1a2b3c4"))
    bench: CPU µs a record, this commit against 1a2b3c4; below 1 is faster
      judge                                  4.00 against     5.00    0.80
    """
    if not theirs:
        why = "is not here (a shallow clone?)" if before is None else "was not measured"
        head = f"bench: CPU µs a record; the commit before {why}, so nothing to compare with"
    else:
        head = f"bench: CPU µs a record, this commit against {before}; below 1 is faster"
    lines = [head]
    for step, cost in ours.items():
        old = theirs.get(step)
        beside = "" if old is None else f" against {old:8.2f} {cost / old:7.2f}"
        lines.append(f"  {step:<34} {cost:8.2f}{beside}")
    return "\n".join(lines)


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
