"""Samples as JSON Lines."""

from collections.abc import Callable
from typing import Any

import msgspec

from manifold.generator.stream import Sample


def json_line(sample: Sample, to_json: Callable[[msgspec.Struct], dict[str, Any]]) -> bytes:
    """One line: the upload in its contract's readable JSON, and what should come of it.

    `to_json` is the codec's: decimals as strings, dates and instants in RFC 3339.
    """
    return (
        msgspec.json.encode(
            {
                "upload": to_json(sample.upload),
                "fault": sample.fault,
                "branch": sample.branch,
                "expected": sample.expected,
                "also": sample.also,
                "decision": sample.decision,
            }
        )
        + b"\n"
    )
