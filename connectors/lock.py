"""`schemas/lock.json`: which id stands for which version of a record, for ever."""

import hashlib
import json
from pathlib import Path
from typing import Any

from connectors.contracts import ContractError, Contracts

FILE = "lock.json"


def fingerprint(schema: Any) -> str:
    """SHA-256, in hex, of what a schema means: all of it but its documentation.

    Avro's own parsing canonical form leaves out defaults and logical types, which readers
    depend on; this keeps them.

    >>> fingerprint({"type": "int", "doc": "a"}) == fingerprint({"doc": "b", "type": "int"})
    True
    >>> fingerprint({"type": "int"}) == fingerprint({"type": "int", "logicalType": "date"})
    False
    """
    meaning = json.dumps(_without_docs(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(meaning.encode()).hexdigest()


def locked(contracts: Contracts) -> dict[str, Any]:
    """The lock that these contracts need: ids stay, new versions get the next ones.

    Raises ContractError when a version that has an id has changed or is gone: what was
    written with it must stay readable.
    """
    ids: dict[str, dict[str, Any]] = dict(contracts.lock.get("ids", {}))
    versions = {(each.folder, each.version): each for each in contracts.every_version()}
    known = set()
    for number, entry in ids.items():
        at = (entry["record"], entry["version"])
        known.add(at)
        if at not in versions:
            raise ContractError(
                f"schemas/avro/{at[0]}/{at[1]}.avsc has id {number} and is gone: bring it back"
            )
        if fingerprint(versions[at].schema) != entry["fingerprint"]:
            raise ContractError(
                f"schemas/avro/{at[0]}/{at[1]}.avsc has id {number} and has changed: undo that, "
                f"and make the change in a new file, {len(contracts.versions[at[0]]) + 1}.avsc"
            )
    following = max(map(int, ids), default=0) + 1
    for at, version in versions.items():
        if at not in known:
            ids[str(following)] = {
                "record": version.folder,
                "version": version.version,
                "fingerprint": fingerprint(version.schema),
            }
            following += 1
    return {"ids": ids}


def write(root: Path, lock: dict[str, Any]) -> None:
    """Write the lock beside the contracts."""
    (root / FILE).write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


def _without_docs(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _without_docs(value) for key, value in schema.items() if key != "doc"}
    return [_without_docs(each) for each in schema] if isinstance(schema, list) else schema
