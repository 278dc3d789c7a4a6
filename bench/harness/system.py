"""The systems that are measured, as `bench/systems.toml` describes them."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "bench" / "systems.toml"
WORK = ROOT / ".bench"
PEERS = WORK / "venv" / "bin" / "python"

Command: TypeAlias = tuple[str, ...]


class Unknown(Exception):
    """A system is asked for that the file does not describe."""


class Unbuilt(Exception):
    """A system could not be built; the text holds the end of what the build said."""


class System(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of processes that do the job."""

    name: str
    """Its name in the file, on the command line and in results."""
    title: str
    """How tables name it."""
    guarantee: Literal["exactly-once", "at-least-once"]
    """What it promises."""
    needs: tuple[str, ...] = ()
    """Commands that must be there."""
    install: str = ""
    """What installs them."""
    build: tuple[Command, ...] = ()
    """Command lines to run once before anything is measured."""
    invoices: Literal["job", "generated"] = "job"
    """Which invoices it is given."""
    keeps_state: bool = True
    """Whether it knows after a restart what it knew before."""
    environment: dict[str, str] = {}
    """Added to the environment that bench/job/README.md names."""
    processes: dict[str, Command]
    """The command line of each process, by its name."""

    def missing(self) -> str | None:
        """Why it cannot be run here and what to do about it; None when it can."""
        absent = [command for command in self.needs if shutil.which(filled(command, {})) is None]
        if not absent:
            return None
        return f"{', '.join(absent)} missing: run {self.install}"

    def make(self, built: set[Command]) -> None:
        """Build it, except for what has been `built` already. Raises Unbuilt."""
        for command in self.build:
            if command in built:
                continue
            built.add(command)
            line = [filled(part, {}) for part in command]
            done = subprocess.run(
                line, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            if done.returncode:
                said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
                raise Unbuilt(f"{' '.join(line)} failed:\n{said}")


def filled(text: str, places: Mapping[str, str]) -> str:
    """The text with its places filled.

    >>> filled("{namespace}decide", {"namespace": "one."})
    'one.decide'
    """
    return text.format_map({"python": sys.executable, "peers": str(PEERS), **places})


def load(wanted: Iterable[str] = (), file: Path = FILE) -> list[System]:
    """The systems wanted, in the order of the file; all without names. Raises Unknown."""
    described = msgspec.toml.decode(file.read_bytes())
    every = [
        msgspec.convert({"name": name, **described[name]}, System, strict=True)
        for name in described
    ]
    names = set(wanted)
    unknown = names - {system.name for system in every}
    if unknown:
        known = ", ".join(system.name for system in every)
        raise Unknown(f"there is no system {', '.join(sorted(unknown))}; there are {known}")
    return [system for system in every if not names or system.name in names]
