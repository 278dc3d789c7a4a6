"""Contracts on disk, to be changed: one record on a topic, and its reader's changelog."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml


def edit_topic(folder: Path, topic: str, **changes: Any) -> None:
    """Change a topic's contract; a key that becomes None is left out."""
    file = folder / "topics" / f"{topic}.yaml"
    written = {**yaml.safe_load(file.read_text()), **changes}
    kept = {key: value for key, value in written.items() if value is not None}
    file.write_text(yaml.safe_dump(kept, sort_keys=False))


def edit_schema(
    folder: Path, record: str, version: int, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Write a version of a record that differs from the first by a change of its fields."""
    schema = json.loads((folder / "avro" / record / "1.avsc").read_text())
    change(schema["fields"])
    (folder / "avro" / record / f"{version}.avsc").write_text(json.dumps(schema, indent=2))
