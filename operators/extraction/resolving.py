"""What a language model is asked about a document as read, and the document with its answer."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from operators.extraction.asking import Question, question
from operators.extraction.citing import Judged
from operators.extraction.gate import Action, Gates, next_step
from operators.extraction.numbered import NumberedLine
from operators.extraction.outcome import DocumentRead
from operators.extraction.placing import certain_totals, completed
from operators.extraction.understood import Understood

_TRIED: Collection[Action] = ("SECOND_READING", "MODEL")
"""The model is the last step before a person."""


def to_ask(read: DocumentRead, lines: Sequence[NumberedLine], gates: Gates) -> Question | None:
    """The question about what is doubtful; None when nothing of it can be asked."""
    return question(lines, read.step.doubtful, certain_totals(_understood(read), gates.accept))


def resolved(read: DocumentRead, judged: Judged | None, gates: Gates) -> DocumentRead:
    """The document with what was accepted of an answer, which may be nothing."""
    before = _understood(read)
    after = before if judged is None else completed(before, judged)
    return replace(
        read,
        invoice=after.invoice,
        reading=replace(read.reading, fields=after.fields),
        step=next_step(after.fields, after.kind, gates, _TRIED),
    )


def _understood(read: DocumentRead) -> Understood:
    reading = read.reading
    return Understood(read.invoice, reading.fields, reading.language, reading.kind)
