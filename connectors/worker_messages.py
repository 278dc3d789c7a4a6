"""What a pool and its workers say to each other.

It is JSON, since amounts can be larger than MessagePack's integers, and nothing that is executed
on reading, as pickled objects would be.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias, get_type_hints

import msgspec
from msgspec import Raw, Struct


class Start(Struct, frozen=True):
    """The first message to a worker."""

    function: str
    """What it runs over each document: `module:name`."""
    initializer: str | None
    """What it runs before."""
    memory: int
    """Bytes it may use; 0 for as many as it likes."""


class Ready(Struct, frozen=True, tag=True):
    """The initializer has ended."""


class Done(Struct, frozen=True, tag=True):
    """The function has returned."""

    value: Raw


class OutOfMemory(Struct, frozen=True, tag=True):
    """The function asked for more memory than there is for it."""


class Raised(Struct, frozen=True, tag=True):
    """The function or the initializer has raised."""

    kind: str
    """Name of the exception's type."""
    trace: str
    """Where, without values."""
    text: str = ""
    """What it says; of the initializer's alone, since others may quote the document."""


Answer: TypeAlias = Ready | Done | OutOfMemory | Raised


def named(function: Callable[..., object]) -> str:
    """How another process finds a function. Raises ValueError for one it would not find."""
    name = f"{function.__module__}:{function.__qualname__}"
    if "<" in name or function.__module__ == "__main__":
        raise ValueError(f"{name} is not to be found by its name in another process")
    return name


def found(name: str) -> Callable[..., Any]:
    """The function of a name.

    >>> found("json:loads")("[1]")
    [1]
    """
    module, _, path = name.partition(":")
    thing: Any = import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing  # type: ignore[no-any-return]  # a function, by its name


def types(function: Callable[..., object]) -> tuple[Any, Any]:
    """What a function takes and returns. Raises ValueError when it does not say so.

    >>> def length(text: str) -> int: ...
    >>> types(length)
    (<class 'str'>, <class 'int'>)
    """
    hints = get_type_hints(function)
    if "return" not in hints or len(hints) != 2:
        raise ValueError(f"{function.__qualname__} has to say what one thing it takes and returns")
    returned = hints.pop("return")
    (taken,) = hints.values()
    return taken, returned


read_answer: Callable[[bytes], Answer] = msgspec.json.Decoder(Answer).decode
read_start = msgspec.json.Decoder(Start).decode
write = msgspec.json.Encoder().encode
