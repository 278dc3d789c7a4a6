"""What Kubernetes and the operators would say of an object, by their own schemas."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

VERSION = "1.33"
"""The oldest Kubernetes that the objects are meant for."""

SCHEMAS = Path(__file__).parents[1] / "schemas"


def problems(thing: dict[str, Any]) -> list[str]:
    """What is wrong with an object, names of fields that there are not included."""
    schema = _custom().get((thing["apiVersion"], thing["kind"]))
    if schema is not None:
        found = jsonschema.Draft202012Validator(schema).iter_errors(thing)
        return [f"{each.json_path}: {each.message}" for each in found]
    try:
        kubernetes_validate.validate(thing, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    return []


@cache
def _custom() -> dict[tuple[str, str], dict[str, Any]]:
    return dict(_definitions())


def _definitions() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for file in sorted(SCHEMAS.glob("*.yaml")):
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]
        for version in spec["versions"]:
            key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
            schema = _closed(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            yield key, schema


def _closed(schema: Any) -> Any:
    """A schema that refuses fields it does not name, as the server warns of them."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    if closed.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    open_to_others = "additionalProperties" in closed or closed.get(
        "x-kubernetes-preserve-unknown-fields"
    )
    if isinstance(closed.get("properties"), dict) and "type" in closed and not open_to_others:
        closed["additionalProperties"] = False
    return closed
