"""Results of an earlier session, which stay when only some are measured anew."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

Entry = dict[str, Any]


def kept(folder: Path, measured: Sequence[Entry]) -> tuple[list[Entry], str]:
    """The entries of a folder's results that were not measured now, and a sentence about them.

    Raises FileNotFoundError when the folder has no results.
    """
    now = {(entry["system"], entry["measure"]) for entry in measured}
    before: list[Entry] = msgspec.json.decode((folder / "latest.json").read_bytes())
    entries = [entry for entry in before if (entry["system"], entry["measure"]) not in now]
    lines = (folder / "latest.md").read_text().splitlines()
    said = dict(line.rstrip().split(": ", 1) for line in lines if ": " in line)
    what = ", ".join(f"{measure} of {system}" for system, measure in sorted(now))
    return entries, f"only {what}; all else on {said['date']} with commit {said['commit']}"
