"""Documents as commands read them, without Kafka: nothing is sent but to the language model."""

from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from connectors import logs
from connectors.clock import now
from manifold.cli.options import load_settings
from operators.extraction.gate import Gates
from operators.extraction.memory_recall import Memories, recall
from operators.extraction.outcome import DocumentRead

# What reads documents takes longer to import than everything else together.
if TYPE_CHECKING:
    from connectors.document_reader import DocumentReader, Examined
    from connectors.language_model import LanguageModel


def looked_at(content: bytes, memories: Memories | None = None) -> "Examined":
    """A document as the extract flow reads it; raises Unreadable when there is nothing to read.

    `memories`: what is remembered of vendors; None when nothing is to be.
    """
    from connectors.model_stage import asked

    gates = Gates()
    examined = _reader().examine(content, gates)
    if memories is not None:
        examined = replace(examined, read=_reminded(examined, gates, memories))
    if examined.read.step.action != "MODEL":
        return examined
    read = asked(_model(), examined.read, examined.lines, gates, now())
    return replace(examined, read=read)


def _reminded(examined: "Examined", gates: Gates, memories: Memories) -> DocumentRead:
    """What was read, read again with what is remembered of its vendor."""
    from connectors.document_memory import Again, read_again, words_of

    words = words_of(examined.read, examined.readings)
    recalled = None if words is None else recall(words.shown, memories)
    if words is None or recalled is None:
        return examined.read
    return read_again(Again(examined.read, words.encoded, recalled, gates))


@cache
def _reader() -> "DocumentReader":
    """What reads documents; its models are loaded when a page first needs them."""
    from connectors.document_reader import DocumentReader

    return DocumentReader()


@cache
def _model() -> "LanguageModel":
    """The language model of the settings; the log says once when there is none."""
    from connectors.language_model import language_model

    settings = load_settings()
    logs.configure(as_json=settings.log_json)
    return language_model(settings.model, settings.redis, settings.namespace)
