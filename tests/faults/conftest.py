"""A pipeline to break, with invoices and the reference data they are measured against."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.pipeline import Pipeline


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    # Answers that a fault holds up for longer than this would be called missing.
    with Pipeline(bootstrap, tmp_path, MANIFOLD_JOIN__DEADLINE="600") as pipeline:
        yield pipeline
