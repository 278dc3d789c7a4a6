"""Mutations that know a record's structure: the result is Avro again, only odd."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from connectors.avro_type import Array, AvroType, Enumeration, Nullable, Plain, Record
from tests.faults.fuzz import extremes

_MANY = (2, 3, 17, 64, 300)


class Site(NamedTuple):
    """A place in a record where something can be put."""

    holder: Any
    key: str | int
    type: AvroType

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace what stands there."""
        self.holder[self.key] = value


def sites(of: AvroType, value: Any, holder: Any, key: str | int) -> Iterator[Site]:
    """Every place in a value, itself included, outermost first."""
    yield Site(holder, key, of)
    inner = of.value if isinstance(of, Nullable) else of
    if value is None:
        return
    if isinstance(inner, Record):
        for field in inner.fields:
            yield from sites(field.type, value[field.name], value, field.name)
    elif isinstance(inner, Array):
        for index, item in enumerate(value):
            yield from sites(inner.items, item, value, index)


def mutate(record: Record, value: dict[str, Any], rng: Random) -> bool:
    """Change one to four places of a record; whether it still keeps to its contract."""
    sound = True
    for _ in range(rng.choice((1, 1, 2, 4))):
        found = list(sites(record, value, {"": value}, ""))[1:]
        sound &= _change(rng.choice(found), found, rng)
    return sound


def swell(record: Record, value: dict[str, Any], fits: Callable[[], bool], rng: Random) -> None:
    """Repeat the items of a list for as long as the record `fits`."""
    lists = [each for each in sites(record, value, {"": value}, "") if isinstance(each.value, list)]
    filled = [each for each in lists if each.value]
    if not filled:
        return
    site = rng.choice(filled)
    while fits():
        before = site.value
        site.put(before * 2)
    site.put(before)


def smaller(record: Record, value: dict[str, Any]) -> Iterator[Callable[[], Callable[[], None]]]:
    """Ways to make a record smaller; each, once taken, gives the way back."""
    for site in list(sites(record, value, {"": value}, ""))[1:]:
        for less in _less(site):
            yield _replacing(site, less)


def _replacing(site: Site, less: Any) -> Callable[[], Callable[[], None]]:
    def take() -> Callable[[], None]:
        before = site.value
        site.put(less)
        return lambda: site.put(before)

    return take


def _less(site: Site) -> Iterator[Any]:
    value = site.value
    if isinstance(site.type, Nullable) and value is not None:
        yield None
    if isinstance(site.type, Enumeration):
        return
    if isinstance(value, list) and value:
        yield []
        yield value[:1]
    if isinstance(value, str) and value:
        yield ""
    if isinstance(value, str | bytes) and len(value) > 1:
        yield value[: len(value) // 2]


def _change(site: Site, others: list[Site], rng: Random) -> bool:
    if isinstance(site.type, Nullable) and rng.random() < 0.3:
        site.put(None)
        return True
    if rng.random() < 0.1:
        return _swap(site, others, rng)
    of = site.type.value if isinstance(site.type, Nullable) else site.type
    if isinstance(of, Plain):
        value, sound = extremes.plain(of, rng)
        site.put(value)
        return sound
    if isinstance(of, Enumeration):
        site.put(extremes.symbol(of, rng))
    elif isinstance(of, Array) and site.value:
        site.put(_other_length(site.value, rng))
    return True


def _swap(site: Site, others: list[Site], rng: Random) -> bool:
    """Exchange two values of one type, such as a net and a gross amount."""
    other = rng.choice([each for each in others if each.type == site.type])
    if not isinstance(site.value, list | dict):
        mine, theirs = site.value, other.value
        site.put(theirs)
        other.put(mine)
    return True


def _other_length(items: list[Any], rng: Random) -> list[Any]:
    if rng.random() < 0.5:
        return items[: rng.randrange(len(items))]
    return items * rng.choice(_MANY)
