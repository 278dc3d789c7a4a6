"""Values of every state table as each version has written them, committed beside this.

    python -m tests.contract.state_golden

writes a generation of every table whose values have changed. A generation that has been released
is never changed again: it is what stands in somebody's changelog. `accepted` names, by path, what
`problems` finds and somebody has thought about, with the reason why it does no harm.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from connectors.changelog_table import TableType
from manifold.state_tables import STATE
from tests.contract.state_shapes import Shape, problems, samples, shape_of, type_of

FOLDER = Path(__file__).parent / "state"


class Generation(msgspec.Struct, frozen=True):
    """A table's values as one version of the program wrote them."""

    table: str
    """Such as `decide.requests`."""
    number: int
    in_pages: bool
    shape: Shape
    entries: tuple[str, ...]
    """Values in MessagePack, as hexadecimal digits."""
    accepted: dict[str, str] = {}
    """What changed against the generation before, and why that does no harm, by path."""

    @property
    def values(self) -> Iterator[bytes]:
        """What stands in the changelog."""
        return map(bytes.fromhex, self.entries)

    @property
    def type(self) -> Any:
        """What the program of that version reads and writes."""
        return type_of(self.shape)


def tables() -> Mapping[str, TableType]:
    """Every table, once: those that several flows have alike are under the first one's name."""
    found: dict[str, TableType] = {}
    for flow, kept in STATE.items():
        for table in kept:
            if table not in found.values():
                found[f"{flow}.{table.name}"] = table
    return found


def generations(table: str) -> list[Generation]:
    """The generations of a table, the oldest first."""
    paths = sorted(FOLDER.glob(f"{table}.*.json"), key=lambda path: int(path.suffixes[-2][1:]))
    return [msgspec.json.decode(path.read_bytes(), type=Generation) for path in paths]


def made(name: str, table: TableType, number: int) -> Generation:
    """The generation that the program makes now."""
    shape, decode = shape_of(table.value), msgspec.msgpack.Decoder(table.value).decode
    encode = msgspec.msgpack.encode
    written = [encode(decode(encode(each))) for each in samples(shape)]
    entries = tuple(dict.fromkeys(each.hex() for each in written))
    return Generation(name, number, table.in_pages, shape, entries)


def main() -> None:
    """Write what is new, and say what is wrong with it."""
    FOLDER.mkdir(exist_ok=True)
    for name, table in tables().items():
        known = generations(name)
        now = made(name, table, len(known) + 1)
        if known and (known[-1].shape, known[-1].in_pages) == (now.shape, now.in_pages):
            continue
        text = json.dumps(msgspec.to_builtins(now), indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.{now.number}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: generation {now.number}")
        for path, what in problems(known[-1].shape, now.shape) if known else ():
            print(f"  {path or 'the value'}: {what}")


if __name__ == "__main__":
    main()
