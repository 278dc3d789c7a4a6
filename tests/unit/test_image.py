"""The Dockerfile and its locks, as far as they can be checked without an engine."""

import re
import subprocess
import sys
from pathlib import Path

from connectors.database.migration import migrate
from flows import EXTRACT, FLOWS

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "deploy" / "image"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

WITHOUT = """
import importlib, sys, threading
from importlib.metadata import packages_distributions

left_out = {name.lower() for name in sys.argv[1:]}
modules = {
    module
    for module, names in packages_distributions().items()
    if {name.lower() for name in names} <= left_out
}
assert len(modules) >= len(left_out), "some are not installed here"

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in modules:
            raise ModuleNotFoundError(f"{name} is not in this image")

sys.meta_path.insert(0, Absent())
"""

EVERY_FLOW = """
from connectors.runtime import Runtime
from connectors.settings import Settings
from flows import EXTRACT, FLOWS

for flow in FLOWS:
    if flow != EXTRACT:
        importlib.import_module(f"flows.{flow}").flow(
            Runtime(flow, Settings.load(), threading.Event())
        )
"""

EVERY_COMMAND = """
from manifold.cli.app import COMMANDS

used = "run up submit tail trace topics contracts reference policy db dlq doctor lag"
for name in used.split():
    importlib.import_module(COMMANDS[name].partition(":")[0])
"""


def locked(path: Path) -> set[str]:
    """What a lock file installs: name, version, and where."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.removesuffix("\\").strip() for line in lines if re.match(r"[a-z0-9]", line)}


def left_out() -> set[str]:
    """The packages that only reading documents needs."""
    return set((IMAGE / "documents.txt").read_text(encoding="utf-8").split())


def without_documents(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT + program, *left_out()]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_the_base_is_named_by_digest() -> None:
    assert re.search(r"^ARG BASE=python:3\.\S+@sha256:[0-9a-f]{64}$", DOCKERFILE, re.MULTILINE)
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
    assert bases - stages == {"${BASE}"}


def test_nobody_is_root_in_what_runs() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    for name in ("run", "extract"):
        stage = next(each for each in stages if each.partition("\n")[0].endswith(f"AS {name}"))
        assert re.findall(r"^USER (\S+)", stage, re.MULTILINE)[-1] == "10001:10001"


def test_everything_is_installed_by_its_hash() -> None:
    for lock in (ROOT / "requirements.lock", IMAGE / "flows.lock", IMAGE / "build.lock"):
        text = lock.read_text(encoding="utf-8")
        entries = re.split(r"^(?=[a-z0-9][^\n]*==)", text, flags=re.MULTILINE)[1:]
        assert entries
        assert all("--hash=sha256:" in entry for entry in entries), lock.name


def test_flows_get_what_is_locked_less_what_reads_documents() -> None:
    everything = locked(ROOT / "requirements.lock")
    kept = {each for each in everything if each.partition("==")[0] not in left_out()}
    assert left_out() <= {each.partition("==")[0] for each in everything}
    assert locked(IMAGE / "flows.lock") == kept


def test_flows_start_without_what_reads_documents(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'manifold.db'}"
    migrate(url)
    done = without_documents(EVERY_FLOW, MANIFOLD_DATABASE__URL=url)
    assert done.returncode == 0, done.stderr


def test_commands_start_without_what_reads_documents() -> None:
    done = without_documents(EVERY_COMMAND)
    assert done.returncode == 0, done.stderr


def test_extract_does_not_start_without_it() -> None:
    assert EXTRACT in FLOWS
    done = without_documents(EVERY_FLOW.replace("if flow != EXTRACT", "if flow == EXTRACT"))
    assert "is not in this image" in done.stderr


def test_what_is_copied_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(Path(source).is_relative_to(each) for each in let_in), source
    assert "*" in ignored
