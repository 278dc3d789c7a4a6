"""What the pages send, and what they are told."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.database.review_answers import Given
from connectors.einvoice.plain import LONGEST_TEXT
from operators.decision import InvoiceDecision
from web.text import PlainText

_LONGEST_PATH = 200


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Changes(_Body):
    """Values that a person has put right, as text by their paths."""

    changes: dict[
        Annotated[str, Field(max_length=_LONGEST_PATH)],
        Annotated[str, Field(max_length=LONGEST_TEXT)],
    ] = Field(default_factory=dict, max_length=5_000)


class Answer(Changes):
    """What a person decides about a revision."""

    attempt: int
    revision: int
    outcome: Literal["APPROVED", "REJECTED"]
    """APPROVED with changes is a correction."""
    reason: PlainText = Field(min_length=1, max_length=2_000)


class Postponed(_Body):
    """Until when an item is put off."""

    minutes: int = Field(ge=1, le=60 * 24 * 30)


class Assigned(_Body):
    """Whose an item is to be; nobody's without a name."""

    to: PlainText | None = Field(default=None, min_length=1, max_length=200)


def became(given: Given, decisions: list[InvoiceDecision]) -> dict[str, Any]:
    """What became of an answer, as pages tell it."""
    said = given.completed
    place = said.attempt, said.revision
    after = [each for each in decisions if (each.attempt, each.revision) > place]
    told: dict[str, Any] = {
        "answer_id": given.answer_id,
        "request_id": said.request_id,
        "outcome": said.outcome,
        "due_at": given.due_at,
    }
    if given.refusal is not None:
        return {
            **told,
            "state": "refused",
            "reason": given.refusal,
            "because": given.refused_because,
        }
    if after and given.published_at is not None:
        last = after[-1]
        counted = sum(note.outcome == "APPROVED" for note in last.reviews)
        return {
            **told,
            "state": "decided",
            "status": last.status,
            "attempt": last.attempt,
            "revision": last.revision,
            "approvals": counted,
            # What was corrected is done when the next attempt is decided.
            "final": said.outcome != "CORRECTED" or last.attempt > said.attempt,
        }
    return {**told, "state": "waiting" if given.published_at is None else "sent"}
