"""A question, and the language model's real client that asks it of a server of the test."""

from typing import Any

from connectors.language_model import LanguageModel
from connectors.model_budget import MemoryBudget
from connectors.model_reply import Reply
from connectors.model_settings import Model
from operators.extraction.asking import Question, question
from operators.extraction.numbered import numbered_lines
from operators.extraction.page import Box, Page, Word
from operators.extraction.spending import Usage
from operators.money import parse
from tests.messages_server import MessagesServer, Play

KEY = "sk-ant-s3cr3t"
SECRET = "Rosalind Vance"
GROSS = {"field": "totals.gross", "line": 2, "text": "19,90", "value": "19.90"}
GOOD = {"values": [GROSS], "rows": []}
USAGE = Usage(tokens_in=300, tokens_out=50, tokens_cached=2_000, tokens_written=40)
COST = parse("0.00008")
"""300 tokens at 0.10, 50 at 0.50, 2,000 at 0.01 and 40 at 0.125 for a million."""
PLENTY = parse("5")


def asked(*more: str) -> Question:
    words = tuple(
        Word(line, Box(10, 20 * row, 200, 20 * row + 10))
        for row, line in enumerate((SECRET, "Total 19,90", *more))
    )
    found = question(numbered_lines([Page(300, 400, words)]), ["totals.gross"])
    assert found is not None
    return found


def model_at(server: MessagesServer, budget: int = PLENTY, **settings: Any) -> LanguageModel:
    given: dict[str, Any] = {"url": server.url, "api_key": KEY, "time_limit": 5, **settings}
    return LanguageModel(Model(**given), MemoryBudget(budget))


def reply_to(*plays: Play, **settings: Any) -> tuple[Reply, MessagesServer]:
    with MessagesServer(*plays) as server:
        model = model_at(server, **settings)
        reply = model.ask(asked(), 0)
        model.close()
        return reply, server
