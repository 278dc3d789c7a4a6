"""A pipeline to break, with invoices and the reference data they are measured against."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.pipeline import Pipeline


@pytest.fixture
def pipeline(bootstrap: str, tmp_path: Path) -> Iterator[Pipeline]:
    # Answers that a fault holds up for longer than this would be called missing; and what is
    # counted is written at once, so that nothing is owed at the end.
    with Pipeline(
        bootstrap,
        tmp_path,
        MANIFOLD_JOIN__DEADLINE="600",
        MANIFOLD_STATISTICS__WRITE_EVERY="0",
    ) as pipeline:
        yield pipeline
