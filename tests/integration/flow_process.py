"""One process of a flow, started, killed and paused as an operating system would."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

PATIENCE = 90.0
"""Seconds to wait for something: many times what it takes on a quiet machine."""


class Process:
    """One process of a flow, as a user would start it."""

    def __init__(
        self,
        flow: str,
        instance: str | None,
        settings: Mapping[str, str],
        log: Path,
        module: str = "manifold",
    ) -> None:
        """Start it. `module` takes the same arguments as the command."""
        self.flow = flow
        self.instance = instance
        self.log = log
        named = ["--instance", instance] if instance else []
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, "run", flow, *named],
                cwd=REPOSITORY,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float = PATIENCE) -> int:
        """The exit code, once it has ended."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def pause(self) -> None:
        """Let it stand still, as a virtual machine that is being moved."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on without knowing of the time that has passed."""
        self._process.send_signal(signal.SIGCONT)

    def __str__(self) -> str:
        """Its flow and instance."""
        return f"{self.flow} {self.instance or 'without a name'}"
