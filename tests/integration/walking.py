"""An alert's runbook, walked through while the alert fires: what each of its commands says.

With MANIFOLD_WALKED, a folder, `until_fires` of the scenes runs what a page tells to look at, and
writes it down there, a file an alert. What would change something is left out.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.integration.flow_process import REPOSITORY

_VARIABLE = "MANIFOLD_WALKED"
RUNBOOKS = REPOSITORY / "docs" / "runbooks"
_PATIENCE = 90.0
_WATCHED = 8.0
"""Seconds that an endless command is looked at."""
_LEFT_OUT = re.compile(
    r"--abort|--execute|rollback|discard|replay(?!.*--dry-run)|reset(?!.*--to)|(up|probe|serve)$"
)
"""What changes something, and what does not end."""


def commands(alert: str) -> list[str]:
    """What a page tells to run, without what would change something."""
    text = (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall("```sh\n(.*?)```", text, re.DOTALL))
    found = [line.partition("#")[0].strip() for line in blocks.splitlines()]
    found += re.findall("`(manifold [^`]*)`", text.replace(blocks, ""))
    return [each for each in dict.fromkeys(found) if each and not _LEFT_OUT.search(each)]


class Walk:
    """Walks through pages in an installation."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` has its settings."""
        folder = os.environ.get(_VARIABLE)
        self._folder = Path(folder) if folder else None
        self._environment = {
            name: value for name, value in environment.items() if name != _VARIABLE
        }

    def through(self, alert: str, stands_for: Mapping[str, str], **own: str) -> None:
        """Run a page's commands, once.

        `stands_for`: what is put where the page has a name of its own; `own`: further settings.
        """
        if self._folder is None or (self._folder / f"{alert}.txt").exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{alert}.txt").open("x", encoding="utf-8") as told:
            for command in commands(alert):
                for name, value in stands_for.items():
                    command = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", value, command)
                told.writelines(f"{line}\n" for line in self._ran(command, own))
                told.flush()

    def _ran(self, command: str, own: Mapping[str, str]) -> Iterator[str]:
        yield f"$ {command}"
        manifold = f"{shlex.quote(sys.executable)} -m manifold "
        endless = "--watch" in command
        line = re.sub("^manifold ", lambda _: manifold, command)
        if endless:
            line = f"timeout {_WATCHED:g} {line}"
        try:
            done = subprocess.run(
                line,
                shell=True,
                cwd=REPOSITORY,
                env={**self._environment, **own, "COLUMNS": "110"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            yield f"[no end after {_PATIENCE:g} s]"
            return
        yield from (done.stdout + done.stderr).rstrip().splitlines()[:45]
        yield f"[exit code {done.returncode}]"
        yield ""
