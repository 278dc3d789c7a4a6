"""Contracts as a git branch, tag or commit has them."""

import io
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.contracts import ContractError, Contracts
from connectors.errors import Misconfigured


class NoReference(Misconfigured):
    """Git has no such reference, or no contracts in it; the text says what to do."""


def contracts_at(reference: str, folder: Path) -> Contracts:
    """The contracts that stood in a folder at a reference; nothing is checked out.

    Raises NoReference, and ContractError when what stood there cannot be read.
    """
    commit = _commit(reference, folder)
    packed = _git(folder, "archive", "--format=tar", commit, ".")
    if packed.returncode:
        raise NoReference(f"{reference} has no folder {folder.name} here: {_said(packed)}")
    with TemporaryDirectory() as unpacked:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(unpacked, filter="data")
        try:
            return Contracts.load(Path(unpacked))
        except ContractError as error:
            raise ContractError(f"the contracts at {reference}: {error}") from error


def _commit(reference: str, folder: Path) -> str:
    asked = f"{reference}^{{commit}}"
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", asked)
    if not found.returncode:
        return found.stdout.decode().split()[-1]
    shallow = _git(folder, "rev-parse", "--is-shallow-repository")
    if shallow.returncode:
        raise NoReference(
            f"{folder} is in no git repository ({_said(shallow)}): name the folder of contracts "
            "in your clone with --root"
        )
    if shallow.stdout.strip() == b"true":
        raise NoReference(
            f"git does not know {reference} in this shallow clone: fetch it first, as in "
            "`git fetch --depth=1 origin main` and `--against FETCH_HEAD`"
        )
    raise NoReference(f"git does not know {reference}: is it spelled so, and fetched?")


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True)
    except FileNotFoundError:
        raise NoReference("git is not installed: --against a reference needs it") from None


def _said(run: subprocess.CompletedProcess[bytes]) -> str:
    return run.stderr.decode(errors="replace").strip().removeprefix("fatal: ").partition("\n")[0]
