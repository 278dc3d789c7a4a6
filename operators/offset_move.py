"""Moving a group's offset in a partition: where to, and how much is read again or never."""

from typing import Literal, TypeAlias

from msgspec import Struct

from operators.lag import Position

Edge: TypeAlias = Literal["earliest", "latest"]


class Move(Struct, frozen=True):
    """An offset of a group, before and after.

    >>> move = Move(Position(committed=40, start=10, end=50), to=25)
    >>> move.again, move.skipped
    (15, 0)
    >>> Move(Position(committed=40, start=10, end=50), to=50).skipped
    10
    """

    position: Position
    to: int

    @property
    def again(self) -> int:
        """Offsets that were read and will be read again."""
        committed = self.position.committed
        return 0 if committed is None else max(0, min(committed, self.position.end) - self.to)

    @property
    def skipped(self) -> int:
        """Offsets that were not read and never will be."""
        return max(0, self.to - self.position.next)

    @property
    def changes(self) -> bool:
        """Whether anything is different afterwards."""
        return self.position.committed != self.to


def move_to(position: Position, wanted: Edge | int) -> Move:
    """To an offset, or to an end of the log; never beyond what the log holds.

    >>> position = Position(committed=40, start=10, end=50)
    >>> [move_to(position, wanted).to for wanted in ("earliest", "latest", 3, 20, 99)]
    [10, 50, 10, 20, 50]
    """
    if wanted == "earliest":
        return Move(position, position.start)
    if wanted == "latest":
        return Move(position, position.end)
    return Move(position, min(max(wanted, position.start), position.end))


def move_by(position: Position, count: int) -> Move:
    """So many offsets on, or back when negative; never beyond what the log holds.

    >>> move_by(Position(committed=40, start=10, end=50), -5).to
    35
    """
    return move_to(position, position.next + count)
