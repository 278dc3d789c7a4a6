"""CPU seconds that reading a document takes: `python -m bench.costs.documents`.

Invented documents of every kind, in equal shares, read the whole way in this process, as a worker
of `extract` reads them; loading the models is not in it.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.document_reader import DocumentReader
from connectors.documents import Unreadable
from manifold.cli.app import app
from operators.extraction.gate import Gates


def main() -> None:
    """Print documents, read them, and say what that took."""
    options = argparse.ArgumentParser(prog="python -m bench.costs.documents", description=__doc__)
    options.add_argument("--count", type=int, default=40, help="documents")
    count = options.parse_args().count
    with TemporaryDirectory(prefix="manifold-documents-") as folder:
        app(
            ["generate", "documents", folder, "--count", str(count), "--set", "reporting"],
            standalone_mode=False,
        )
        files = sorted(path for path in Path(folder).iterdir() if path.suffix != ".json")
        reader = DocumentReader()
        for file in files[:5]:
            _read(reader, file)
        before = time.process_time()
        for file in files:
            _read(reader, file)
        taken = time.process_time() - before
    print(f"{taken / len(files):.2f} s of CPU a document, {len(files)} documents")


def _read(reader: DocumentReader, file: Path) -> None:
    try:
        reader.examine(file.read_bytes(), Gates())
    except Unreadable as error:
        print(f"{file.name}: {error}")


if __name__ == "__main__":
    main()
