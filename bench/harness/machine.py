"""What the figures were made on and with."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from confluent_kafka import libversion

from bench.harness.system import ROOT

_GIB = 2**30


def described() -> dict[str, str]:
    """The machine and versions, by name."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _said("git", "describe", "--always", "--dirty"),
        "machine": (
            f"{_processor()}, {psutil.cpu_count()} cores, "
            f"{psutil.virtual_memory().total / _GIB:.0f} GiB, {platform.system()} "
            f"{platform.release()}"
        ),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Kafka": _kafka(),
        "Java": _java(),
        "Python": platform.python_version(),
        "librdkafka": libversion()[0],
        "Bytewax": version("bytewax"),
        "Quix Streams": _quix(),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except FileNotFoundError:
        return platform.processor()
    named = re.search(r"model name\s*: (.+)", text)
    return named[1] if named else platform.machine()


def _kafka() -> str:
    found = sorted((ROOT / ".kafka" / "lib").glob("kafka_2.13-*.jar"))
    return found[-1].stem.partition("-")[2] if found else "unknown"


def _quix() -> str:
    locked = (ROOT / "bench" / "requirements.lock").read_text()
    found = re.search(r"^quixstreams==(\S+)", locked, re.MULTILINE)
    return found[1] if found else "unknown"


def _java() -> str:
    try:
        said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    except FileNotFoundError:
        return "none"
    found = re.search(r'version "([^"]+)', said)
    return found[1] if found else "unknown"


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"
