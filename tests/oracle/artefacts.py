"""The official validation rules of EN 16931, run as published: XSLT made from Schematron."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from saxonche import PySaxonApiError, PySaxonProcessor

RELEASE = "1.3.16"
"""Of the artefacts (github.com/ConnectingEurope/eInvoicing-EN16931), EUPL 1.2."""

_POM = Path(__file__).with_name("pom.xml")
_FOLDER = Path(__file__).parents[2] / ".oracle" / RELEASE
_ASSERTION = re.compile(r'<svrl:failed-assert\b[^>]*?\bid="([^"]+)"')


class NoArtefacts(Exception):
    """The official rules cannot be had; the text says what to do."""


def fetched() -> Path:
    """The folder of the official rules, which Maven fetches once. Raises NoArtefacts."""
    if _FOLDER.is_dir():
        return _FOLDER
    maven = shutil.which("mvn")
    if maven is None:
        raise NoArtefacts("Maven fetches the official rules: deploy/kafka/requirements installs it")
    partial = _FOLDER.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    goal = ("dependency:copy-dependencies", f"-DoutputDirectory={partial}")
    copied = subprocess.run(
        [maven, "-q", "-B", "-f", str(_POM), *goal],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if copied.returncode:
        said = "\n".join(copied.stdout.splitlines()[-15:])
        raise NoArtefacts(f"Maven could not fetch the official rules:\n{said}")
    (archive,) = partial.glob("*.jar")
    with ZipFile(archive) as jar:
        for syntax in ("ubl", "cii"):
            name = f"external/schematron/{RELEASE}/{syntax}/{_file(syntax)}"
            (partial / _file(syntax)).write_bytes(jar.read(name))
    archive.unlink()
    partial.rename(_FOLDER)
    return _FOLDER


def _file(syntax: str) -> str:
    return f"EN16931-{syntax.upper()}-validation.xslt"


class Artefacts:
    """Compiled once for a syntax; a document takes about a millisecond."""

    def __init__(self, folder: Path, syntax: str) -> None:
        """Compile the stylesheet of a syntax, UBL or CII; NoArtefacts when it is missing."""
        file = folder / _file(syntax)
        if not file.is_file():
            raise NoArtefacts(
                f"{file} is missing: say with --artefacts where the official rules are"
            )
        self._processor = PySaxonProcessor(license=False)
        self._rules = self._processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(file)
        )

    def broken(self, document: bytes) -> frozenset[str] | None:
        """The rules that a document breaks; None where a rule fails to run on it.

        That happens where a number is none, or one stands where there may be only one.
        """
        try:
            with _standard_error_closed():
                node = self._processor.parse_xml(xml_text=document.decode())
                report = self._rules.transform_to_string(xdm_node=node)
        except PySaxonApiError:
            return None
        return frozenset(_ASSERTION.findall(report))


@contextmanager
def _standard_error_closed() -> Iterator[None]:
    """Saxon writes there, around Python, why a rule fails; it has no setting for that."""
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)
