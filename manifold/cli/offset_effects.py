"""What it means for a flow to read records again, or never: its state lives on beside its offsets.

Moving offsets moves nothing else. Tables stay as they are, so what a record has done there is done;
that it comes again is recognised for as long as the request is remembered (`join.remember`).
"""

from collections.abc import Mapping

from flows import BRANCHES, FUSED, JOIN

_ANSWERED = "decide recognises the answers that are written again"
_NEVER = "decide closes what is skipped at its deadline, without this answer"
_LATE = "decide sends answers to requests it has forgotten to the dead letters (late_result)"

AGAIN: Mapping[str, str] = {
    "extract": "documents are read again, from the cache or at the model's cost",
    **dict.fromkeys(BRANCHES, f"requests that are remembered change nothing; {_ANSWERED}"),
    JOIN: "decisions that are remembered stand; no second one is made",
    FUSED: "decisions that are remembered stand; no second one is made",
    "collect": "the database recognises what it has",
    "enrich": "what is remembered is not written again",
    "statistics": "what is remembered is not counted again",
    "notify": "who was told is not told again for as long as that is remembered",
    "deliver": "what was handed over is not handed over again for as long as that is remembered",
}
"""What a flow does with a record of a request that it remembers."""

FORGOTTEN: Mapping[str, str] = {
    "extract": "people are asked again about documents they have answered for",
    "validation": _LATE,
    "inventory": f"goods are reserved a second time, and nothing releases them; {_LATE}",
    "fraud": f"invoices count twice in their vendors' profiles; {_LATE}",
    "pricing": f"volumes of contracts count twice; {_LATE}",
    JOIN: "answers to requests that were decided go to the dead letters (late_result)",
    FUSED: "requests are decided a second time: goods reserved, invoices and volumes counted twice",
    "collect": (
        "audit entries and notifications are written again with the ids they had, and people are "
        "told twice unless whoever tells them knows these ids"
    ),
    "enrich": "invoices are written for posting a second time",
    "statistics": "decisions are counted twice",
    "notify": "people are told again",
    "deliver": "invoices are handed over again, with the idempotency keys they had",
}
"""What a flow does with a record of a request that it has forgotten."""

WITHOUT_MEMORY = ("collect",)
"""Flows that remember no request: what they do with one they have forgotten, they always do."""

SKIPPED: Mapping[str, str] = {
    "extract": "documents that are skipped are never read, and their requests never decided",
    **dict.fromkeys(BRANCHES, _NEVER),
    JOIN: "requests of which every answer is skipped are never decided, others at their deadline",
    FUSED: "what is skipped is never decided",
    "collect": "what is skipped never comes to database, audit trail and notifications",
    "enrich": "approved invoices that are skipped are never written for posting",
    "statistics": "decisions that are skipped are counted nowhere",
    "notify": "nobody is told of what is skipped",
    "deliver": "approved invoices that are skipped are not handed over: `manifold handover resend`",
}
"""What comes of records that a flow never reads."""
