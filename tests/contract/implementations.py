"""The codec's two implementations: what a test says of one, it says of both."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors import generated, native
from connectors.avro_type import Record
from connectors.reading_plan import plan as reading_plan
from connectors.writing_plan import plan as writing_plan

NEEDS_NATIVE = pytest.mark.skipif(
    not native.available, reason="the native codec is not built: connectors/native/build.py"
)
USE_NATIVE = [
    pytest.param(False, id="generated"),
    pytest.param(True, id="native", marks=NEEDS_NATIVE),
]


class Pair:
    """Both readers of a Struct from bytes that a writer's schema describes."""

    def __init__(self, struct: type[Any], writer: Record, contract: Record) -> None:
        """Raises UnsupportedSchema when neither reads them."""
        plan = reading_plan(struct, writer, contract)
        self.generated = generated.reader(plan)
        self.native = native.reader(plan)

    def read(self, value: bytes) -> Any:
        """What both read: a Struct, or one sentence or class of error."""
        one, other = outcome(self.generated, value, 0), outcome(self.native, value, 0)
        # A value with a NaN in it is not equal to itself, and is read alike all the same.
        assert one == other or repr(one) == repr(other)
        return other


def writers(struct: type[Any], contract: Record) -> Callable[[Any], Any]:
    """What both writers of a Struct give: bytes, or a class of error."""
    plan = writing_plan(struct, contract)
    by_python, by_c = generated.writer(plan, b"\0head"), native.writer(plan, b"\0head")

    def write(value: Any) -> Any:
        one, other = outcome(by_python, value), outcome(by_c, value)
        if isinstance(one, bytes) or isinstance(other, bytes):
            assert one == other
        return other

    return write


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a call returns, or how it refuses; Malformed says so in a sentence for people."""
    from connectors.codec import _BROKEN, _UNFIT
    from connectors.reading_plan import Malformed

    try:
        return function(*arguments)
    except Malformed as error:
        return f"malformed: {error}"
    except (*_BROKEN, *_UNFIT):
        return "refused"
