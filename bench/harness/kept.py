"""Results of an earlier session, which stay when only some are measured anew."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

Entry = dict[str, Any]

_NEEDED = ("system", "measure", "date", "commit")


class NothingToKeep(Exception):
    """There are no results to keep; the text says what to do."""


def earlier(folder: Path) -> list[Entry]:
    """The entries of a folder's results. Raises NothingToKeep when it has none."""
    file = folder / "latest.json"
    try:
        found = msgspec.json.decode(file.read_bytes(), type=list[Entry])
    except (OSError, msgspec.DecodeError):
        found = []
    if not found or any(name not in entry for entry in found for name in _NEEDED):
        raise NothingToKeep(
            f"{file} holds no results that could be kept: measure without --keep, "
            "or name with --out a folder that has some"
        )
    return found


def merged(measured: Sequence[Entry], before: Sequence[Entry]) -> list[Entry]:
    """What was measured in place of what was before; a measure that failed displaces nothing."""
    now = {_about(entry) for entry in measured if entry["rounds"]}
    kept = [entry for entry in before if _about(entry) not in now]
    there = {_about(entry) for entry in kept}
    return [*(entry for entry in measured if _about(entry) not in there), *kept]


def sessions(entries: Sequence[Entry]) -> str:
    """What was measured when and with which commit; nothing when it was all at once."""
    by_session: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        by_session[entry["date"], entry["commit"]].add(_about(entry))
    *fewer, most = sorted(by_session, key=lambda session: len(by_session[session]))
    said = [
        ", ".join(f"{measure} of {system}" for system, measure in sorted(by_session[session]))
        + f" on {session[0]} with commit {session[1]}"
        for session in fewer
    ]
    return "; ".join((*said, f"all else on {most[0]} with commit {most[1]}")) if said else ""


def _about(entry: Entry) -> tuple[str, str]:
    return entry["system"], entry["measure"]
