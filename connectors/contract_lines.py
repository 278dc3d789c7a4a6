"""On which line of a contract's file a key or a field stands."""

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


def line_of(text: str, path: str) -> int:
    r"""The line, from 1, where a topic's key or a schema's field begins; 1 when it is not there.

    Of a path that is there in part, the part counts. Schemas are read as YAML, which JSON is too,
    because that knows its lines.

    >>> line_of("kind: stream\nkey: vendor_id\n", "key")
    2
    >>> line_of('{"fields": [\n  {"name": "a", "type": "int"}]}', "a")
    2
    """
    try:
        node = root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return 1
    found = None
    for name in path.replace("[]", "").split("."):
        node = _field(root, node, name) or (None if found else _key(root, name))
        if node is None:
            break
        found = node
    return 1 if found is None else int(found.start_mark.line) + 1


def _key(root: Node | None, name: str) -> Node | None:
    pairs = root.value if isinstance(root, MappingNode) else []
    return next((key for key, _ in pairs if key.value == name), None)


def _field(root: Node | None, node: Node | None, name: str) -> Node | None:
    """The field of that name in the record that a schema is or leads to."""
    record = next((each for each in _below(node) if _member(each, "fields")), None)
    if record is None:
        names = {each.value for each in _below(node) if isinstance(each, ScalarNode)}
        record = next((each for each in _below(root) if _called(each) in names), None)
    fields = _member(record, "fields")
    every = fields.value if isinstance(fields, SequenceNode) else []
    return next((each for each in every if _text(_member(each, "name")) == name), None)


def _called(node: Node) -> str | None:
    """The name of a record, without its namespace, which later fields refer to it by."""
    named = _text(_member(node, "name")) if _member(node, "fields") else None
    return named and named.rpartition(".")[2]


def _below(node: Node | None) -> Iterator[Node]:
    """A node and all within it, the nearest first."""
    level = [] if node is None else [node]
    while level:
        yield from level
        level = [inner for each in level for inner in _inner(each)]


def _inner(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _member(node: Node | None, key: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _text(node: Node | None) -> str | None:
    return str(node.value) if isinstance(node, ScalarNode) else None
