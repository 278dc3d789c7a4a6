"""The language model as a stage of reading: it is asked about what is not sure."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from connectors.language_model import LanguageModel
from connectors.logs import Log
from connectors.model_reply import Absence, Reply
from operators.extraction.citing import judge
from operators.extraction.gate import Gates
from operators.extraction.numbered import NumberedLine
from operators.extraction.outcome import DocumentRead
from operators.extraction.record import Stage
from operators.extraction.resolving import resolved, to_ask
from operators.time import Instant

log = Log(__name__)

_ANOTHER_TIME: frozenset[Absence] = frozenset(
    {"no_key", "document_budget", "day_budget", "budget_unknown", "away"}
)
"""Absences that say nothing about the document: its step stays MODEL."""


def asked(
    model: LanguageModel,
    read: DocumentRead,
    lines: Sequence[NumberedLine],
    gates: Gates,
    at: Instant,
) -> DocumentRead:
    """The document with what the model says of it, when that is the next step.

    The step is MODEL afterwards only where the model could not be asked, and may be another time.
    `lines`: all of the document. Takes as long as the model does, and raises nothing.
    """
    if read.step.action != "MODEL" or model.absent is not None:
        return read
    question = to_ask(read, lines, gates)
    if question is None:
        return resolved(read, None, gates)
    reply = model.ask(question, at)
    if reply.absence is not None:
        log.info("a language model has not answered", because=reply.reason)
    if reply.absence in _ANOTHER_TIME:
        return _with_use(model, read, reply)
    judged = None if reply.answer is None else judge(question, reply.answer)
    if judged is not None:
        refused = dict(Counter(each.reason for each in judged.refused))
        log.info("a language model has answered", accepted=len(judged.values), refused=refused)
    return _with_use(model, resolved(read, judged, gates), reply)


def _with_use(model: LanguageModel, read: DocumentRead, reply: Reply) -> DocumentRead:
    """The document with what asking took."""
    if not reply.attempts:
        return read
    stages = (*read.reading.stages, Stage("model", round(reply.seconds * 1_000)))
    return replace(read, reading=replace(read.reading, stages=stages, model=model.use(reply)))
