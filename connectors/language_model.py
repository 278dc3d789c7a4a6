"""A language model that is asked for what could not be read surely.

A question never fails: without a key, over budget, while the model is away or when its answer
is no answer, the reply says why there is none, and the document goes to a person.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from connectors.guard import Guard
from connectors.logs import Log
from connectors.model_budget import BudgetUnknown, DayBudget, day_budget
from connectors.model_reply import Reply
from connectors.model_settings import Model
from connectors.settings import Redis
from operators.extraction.asking import PROMPT, SCHEMA, Question
from operators.extraction.record import ModelUse
from operators.extraction.spending import cost, dearest, estimated
from operators.money import Amount, render
from operators.time import DAY, Instant

if TYPE_CHECKING:
    from connectors.model_calls import ModelCalls

log = Log(__name__)

PART = "language model"
"""As people call it."""

NO_KEY = "there is no key: set model.api_key"

_LEAST_ANSWER = 256
"""Tokens; with fewer no answer can be whole."""

_ALWAYS_SENT = estimated(PROMPT) + estimated(msgspec.json.encode(SCHEMA).decode())


class LanguageModel:
    """The model, its breaker and its budgets. Threads may share it."""

    def __init__(self, settings: Model, budget: DayBudget) -> None:
        """Connect nothing yet."""
        self._settings = settings
        self._budget = budget
        self._prices = settings.prices
        self.guard = Guard(PART)
        self._day_over = -1
        self._calls = _calls(settings)

    @property
    def absent(self) -> str | None:
        """Why there is no such stage at all; None when there is."""
        return NO_KEY if self._calls is None else None

    def ask(self, question: Question, at: Instant, spent: int = 0) -> Reply:
        """Ask about a document; `spent`: tokens that it has taken already. Raises nothing."""
        if self._calls is None:
            return Reply(absence="no_key", reason=NO_KEY)
        content = question.content()
        tokens = _ALWAYS_SENT + estimated(content)
        allowed = self._settings.document_tokens - spent
        room = min(self._settings.max_tokens, allowed - tokens)
        if room < _LEAST_ANSWER:
            needed = f"about {tokens + _LEAST_ANSWER} tokens are needed, {max(0, allowed)} are left"
            return Reply(absence="document_budget", reason=f"the document is too long: {needed}")
        reserved = dearest(tokens, room, self._prices)
        lack = self._reserved(reserved, at)
        if lack is not None:
            return lack
        if not self.guard.allows(at):
            self._budget.settle(reserved, 0, at)
            return Reply(absence="away", reason=f"the {PART} is away: {self.guard.reason}")
        return self._call(self._calls, content, room, reserved, at)

    def use(self, reply: Reply) -> ModelUse | None:
        """What a reply of this model took, as readers of the topics are told; None when unknown."""
        usage = reply.usage
        if not usage.tokens:
            return None
        return ModelUse(
            name=self._settings.name,
            input_tokens=usage.tokens - usage.tokens_out,
            output_tokens=usage.tokens_out,
            cost=reply.cost,
            currency=self._settings.currency,
        )

    def fault(self, at: Instant) -> str | None:
        """Why it could not be asked now, None when it could; tried without a question."""
        try:
            if self._budget.spent(at) >= self._settings.day_limit:
                return "the budget of the day is used up"
        except BudgetUnknown as error:
            return f"the budget cannot be counted: {error}"
        return NO_KEY if self._calls is None else self._calls.fault()

    def spent(self, at: Instant) -> str:
        """What of the day's budget is spent, in words. Raises BudgetUnknown."""
        spent = render(self._budget.spent(at), 0)
        return f"{spent} of {render(self._settings.day_limit, 0)} {self._settings.currency}"

    def close(self) -> None:
        """Let go of the connections."""
        if self._calls is not None:
            self._calls.close()
        self._budget.close()

    def _reserved(self, amount: Amount, at: Instant) -> Reply | None:
        """Why what a call may cost cannot be spent; None when it is reserved."""
        try:
            if self._budget.reserve(amount, at):
                return None
        except BudgetUnknown as error:
            return Reply(absence="budget_unknown", reason=f"the budget cannot be counted: {error}")
        reason = "the budget of the day is used up"
        if at // DAY != self._day_over:
            self._day_over = at // DAY
            log.warning("no language model is asked until midnight", because=reason)
        return Reply(absence="day_budget", reason=reason)

    def _call(
        self, calls: "ModelCalls", content: str, room: int, reserved: Amount, at: Instant
    ) -> Reply:
        probing = self.guard.state == "HALF_OPEN"
        began = time.monotonic()
        found = calls.ask(content, room, attempts=1 if probing else self._settings.attempts)
        seconds = time.monotonic() - began
        spent = cost(found.usage, self._prices)
        self._budget.settle(reserved, spent + found.unanswered * reserved, at)
        if found.absence == "away":
            self.guard.failed(at + round(seconds * 1_000), found.reason or "")
        else:
            self.guard.succeeded()
        away = " is away" if found.absence == "away" else ""
        return Reply(
            answer=found.answer,
            absence=found.absence,
            reason=None if found.absence is None else f"the {PART}{away}: {found.reason}",
            usage=found.usage,
            cost=spent,
            seconds=seconds,
            attempts=found.attempts,
        )


def language_model(
    model: Model,
    redis: Redis,
    namespace: str = "",
    made: Callable[[Model, DayBudget], LanguageModel] = LanguageModel,
) -> LanguageModel:
    """The model that the settings name; its budget is everybody's where there is a Redis.

    Raises InvalidSettings for an address of Redis that is none.
    """
    return made(model, day_budget(redis, model.day_limit, namespace))


def _calls(settings: Model) -> "ModelCalls | None":
    """The way to the model; without a key there is none, which is said here, once."""
    if settings.api_key is None or not settings.api_key.get_secret_value():
        log.info("no language model is asked", because=NO_KEY)
        return None
    # The API's client takes a second to import: only those who use it wait for it.
    from connectors.model_calls import ModelCalls

    return ModelCalls(settings)
