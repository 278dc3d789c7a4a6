"""One question to the language model, sent several times when it has to be, within one limit."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import stamina

from connectors.model_client import (
    CutOff,
    Declined,
    ModelClient,
    NotAsAgreed,
    explained,
    is_transient,
    may_have_cost,
    retry_after,
)
from connectors.model_reply import Absence, Called
from connectors.model_settings import Model
from operators.extraction.spending import Usage

FIRST_PAUSE, LONGEST_PAUSE, BY_CHANCE = 0.5, 4.0, 0.5
"""Seconds between two attempts, doubling, and what chance adds."""
_ADDED_BY_CHANCE = 0.25
"""Share of the pause that a service asks for, so that not all come back at once."""

_LONGEST_CHECK = 5.0
"""Seconds for looking whether the model is there."""

T = TypeVar("T")


class ModelCalls:
    """The model's client, with patience. Threads may share it."""

    def __init__(self, settings: Model) -> None:
        """Connect nothing yet. The settings must have a key."""
        self._client = ModelClient(settings)
        self._seconds = settings.time_limit.total_seconds()

    def ask(self, content: str, max_tokens: int, attempts: int) -> Called:
        """Ask until there is an answer, the attempts are used up, or the time is."""
        ends = time.monotonic() + self._seconds
        found = Called()
        try:
            for attempt in stamina.retry_context(
                on=lambda error: _again(error, ends - time.monotonic()),
                attempts=attempts,
                timeout=self._seconds,
                wait_initial=FIRST_PAUSE,
                wait_max=LONGEST_PAUSE,
                wait_jitter=BY_CHANCE,
            ):
                with attempt:
                    self._attempt(content, max_tokens, ends - time.monotonic(), found)
        except Exception as error:
            # A host that is none, or an answer nobody has thought of: never more than no answer.
            found.absence, found.reason = _absence(error), explained(error)
        return found

    def _attempt(self, content: str, max_tokens: int, seconds: float, found: Called) -> None:
        found.attempts += 1
        try:
            found.answer, found.usage = within(
                seconds, lambda: self._client.ask(content, max_tokens, seconds)
            )
        except NotAsAgreed as error:
            found.usage = error.usage or Usage()
            found.unanswered += error.usage is None
            raise
        except Exception as error:
            found.unanswered += may_have_cost(error)
            raise

    def fault(self) -> str | None:
        """Why the model could not be asked now, None when it could; tried without a question."""
        seconds = min(self._seconds, _LONGEST_CHECK)
        try:
            within(seconds, lambda: self._client.check(seconds))
        except Exception as error:
            return explained(error)
        return None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _again(error: Exception, left: float) -> bool | float:
    """Whether to ask again, or after how many seconds, when so many are left."""
    if not is_transient(error):
        return False
    asked = retry_after(error)
    if asked is None:
        return left > LONGEST_PAUSE + BY_CHANCE
    pause = asked * (1 + _ADDED_BY_CHANCE * random.random())
    return pause if pause < left else False


def _absence(error: Exception) -> Absence:
    if isinstance(error, Declined):
        return "declined"
    if isinstance(error, CutOff):
        return "cut_off"
    return "not_as_agreed" if isinstance(error, NotAsAgreed) else "away"


def within(seconds: float, call: Callable[[], T]) -> T:
    """What a call returns or raises; TimeoutError when it takes longer, whatever it waits for.

    The HTTP library limits each step of a call; looking up a name, or an answer that comes byte
    by byte, may still take for ever. Such a call is left to itself.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name="language-model", daemon=True).start()
    return result.result(max(0.0, seconds))
