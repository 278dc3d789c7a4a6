"""The observer: somebody who reads every topic while the faults happen.

What a reader of committed records has seen once must stand there for ever, and nothing may
appear behind it. The observer is a process of its own, so that it neither slows the run nor
suffers from it; it outlives brokers that go away.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its module hands them on unlisted
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from connectors.contracts import Contracts
from connectors.kafka import client
from tests.faults.watching import ERRORS, Watch
from tests.integration.flow_process import REPOSITORY

FOLDER = "observed"
"""Under the run's folder."""

_ENDS = 180.0
"""Seconds to reach the ends of all topics."""
_DAY = "86400000"


class Observer:
    """Watches all topics of the contracts, and the commits of their groups, into a folder."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, folder: Path) -> None:
        """`folder` is that of the run; what is seen goes to `observed` in it."""
        self._kafka = dict(kafka)
        self._contracts = contracts
        self.folder = folder / FOLDER
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin at the beginning of every topic; returns when it watches."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        keep_history(self._kafka, self._contracts)
        topics = {topic.name: topic.partitions for topic in self._contracts.every_topic()}
        watch = Watch(self._kafka, topics, self._contracts.namespace, self.folder)
        path = self.folder / "watch.json"
        path.write_bytes(msgspec.json.encode(watch, enc_hook=str))
        with (self.folder / ERRORS).open("a") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.watching", str(path)],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "watching\n":
            raise AssertionError(f"the observer does not start; {self._told()}")

    def stop(self) -> None:
        """End it once it has seen everything that stands in the topics."""
        assert self._process is not None, "the observer was not started"
        self._process.terminate()
        try:
            code = self._process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"the observer has not reached the ends within {_ENDS:.0f} s; {self._told()}"
            ) from None
        assert code == 0, f"the observer ended with {code}; {self._told()}"

    def kill(self) -> None:
        """End it at once, when the run is given up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _told(self) -> str:
        lines = (self.folder / ERRORS).read_text(errors="replace").splitlines()
        return "it has said: " + "; ".join(lines[-5:] or ["nothing"])


def keep_history(kafka: Mapping[str, str], contracts: Contracts) -> None:
    """Let brokers compact nothing for a day, so that every change of state stays readable."""
    admin = AdminClient(client(kafka))
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            topic.name,
            incremental_configs=[
                ConfigEntry(
                    "min.compaction.lag.ms", _DAY, incremental_operation=AlterConfigOpType.SET
                )
            ],
        )
        for topic in contracts.every_topic()
        if "compact" in topic.cleanup
    ]
    for changed in admin.incremental_alter_configs(resources, request_timeout=30).values():
        changed.result()
