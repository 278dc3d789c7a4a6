"""Anthropic's API, asked once: what goes there, and what may come back."""

import email.utils
import logging
import time
from typing import Annotated, Final

import anthropic
import httpx2
import msgspec
from anthropic.types import ThinkingConfigParam
from msgspec import Meta, Struct

from connectors.errors import Misconfigured
from connectors.model_settings import Model
from operators.extraction.asking import PROMPT, SCHEMA, Answer
from operators.extraction.spending import Usage

# These would log what is sent when the environment asks them to, addresses included.
for _name in ("anthropic", "httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

URL: Final = "https://api.anthropic.com"
"""Given always: the client would take another one from the environment."""

_MOST_BYTES = 1_048_576
_LONGEST_CONNECT = 5.0
_UNSENDABLE = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol)
_UNSENT = (
    *_UNSENDABLE,
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)

_Count = Annotated[int, Meta(ge=0)]


class NotAsAgreed(Exception):
    """An answer that is none, for a reason that asking again would not change."""

    def __init__(self, reason: str, usage: Usage | None = None) -> None:
        """`reason`: without anything of the answer. `usage`: None when it does not say."""
        super().__init__(reason)
        self.usage = usage


class Declined(NotAsAgreed):
    """The model does not want to answer."""


class CutOff(NotAsAgreed):
    """The answer is longer than it may be."""


class _Usage(Struct):
    input_tokens: _Count
    output_tokens: _Count
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class _Block(Struct):
    type: str
    text: str | None = None


class _Message(Struct):
    content: list[_Block]
    usage: _Usage
    stop_reason: str | None = None


class ModelClient:
    """A connection to the API. Threads may share it."""

    def __init__(self, settings: Model) -> None:
        """Connect nothing yet. The settings must have a key. Raises Misconfigured."""
        assert settings.api_key is not None
        self._name = settings.name
        # Left out, thinking is as the model has it; several think then.
        self._thinking: ThinkingConfigParam | anthropic.Omit = (
            anthropic.omit if settings.thinking else {"type": "disabled"}
        )
        # A redirect would carry the document to an address that nobody has chosen.
        http = httpx2.Client(follow_redirects=False)
        try:
            self._client = anthropic.Anthropic(
                api_key=settings.api_key.get_secret_value(),
                base_url=settings.url or URL,
                max_retries=0,
                open_telemetry=False,
                http_client=http,
            )
        except httpx2.InvalidURL:
            raise Misconfigured("the setting model.url is no address") from None

    def ask(self, content: str, max_tokens: int, seconds: float) -> tuple[Answer, Usage]:
        """What the model answers, and what that took.

        Raises NotAsAgreed, Declined and CutOff, and what the client and its HTTP library raise.
        """
        ends = time.monotonic() + seconds
        with self._client.messages.with_streaming_response.create(
            model=self._name,
            max_tokens=max_tokens,
            system=[{"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}}],
            messages=[{"role": "user", "content": content}],
            thinking=self._thinking,
            output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
            timeout=httpx2.Timeout(seconds, connect=min(_LONGEST_CONNECT, seconds)),
        ) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise NotAsAgreed("its answer is larger than a megabyte")
                if time.monotonic() > ends:
                    raise httpx2.ReadTimeout("the answer takes too long")
        return _answer(bytes(body))

    def check(self, seconds: float) -> None:
        """Ask for the model's name, which costs nothing. Raises as `ask` does."""
        limit = httpx2.Timeout(seconds, connect=min(_LONGEST_CONNECT, seconds))
        with self._client.models.with_streaming_response.retrieve(self._name, timeout=limit):
            pass

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _answer(body: bytes) -> tuple[Answer, Usage]:
    # The client's own types would take anything; what comes in is checked here.
    try:
        message = msgspec.json.decode(body, type=_Message)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise NotAsAgreed("its answer is not of the API's form") from None
    usage = Usage(
        tokens_in=message.usage.input_tokens,
        tokens_out=message.usage.output_tokens,
        tokens_cached=message.usage.cache_read_input_tokens or 0,
        tokens_written=message.usage.cache_creation_input_tokens or 0,
    )
    if message.stop_reason == "refusal":
        raise Declined("it declines to answer", usage)
    if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise CutOff("its answer is cut off", usage)
    text = "".join(block.text or "" for block in message.content if block.type == "text")
    if not text.strip():
        raise NotAsAgreed("its answer is empty", usage)
    try:
        return msgspec.json.decode(text, type=Answer), usage
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise NotAsAgreed("its answer does not fit the schema", usage) from None


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed a moment later.

    That is: too many requests, overload and other faults of the server, no answer in time, and
    no or a lost connection.
    """
    if isinstance(error, anthropic.RateLimitError | anthropic.InternalServerError):
        return True
    # The client calls whatever goes wrong on the way a connection error.
    cause = error.__cause__ if isinstance(error, anthropic.APIConnectionError) else error
    return isinstance(cause, httpx2.TransportError) and not isinstance(cause, _UNSENDABLE)


def may_have_cost(error: Exception) -> bool:
    """Whether a call that brought no answer may be charged for all the same."""
    if isinstance(error, anthropic.APIStatusError):
        return False
    return not isinstance(error.__cause__ or error, _UNSENT)


def retry_after(error: Exception) -> float | None:
    """Seconds that the service asks to wait; None when it does not say."""
    if not isinstance(error, anthropic.APIStatusError):
        return None
    said = error.response.headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        day = email.utils.parsedate_tz(said)
        if day is None:
            return None
        seconds = email.utils.mktime_tz(day) - time.time()
    # Compared so that what is no number ("nan") is none.
    return max(0.0, seconds) if seconds < float("inf") else None


def explained(error: Exception) -> str:
    """A failure in words, without anything of the document, the key or the address."""
    if isinstance(error, anthropic.APIStatusError):
        return _STATUS.get(error.status_code, f"it answers with status {error.status_code}")
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException | TimeoutError):
        return "no answer in time"
    if isinstance(error, NotAsAgreed):
        return str(error)
    return f"no answer ({type(error.__cause__ or error).__name__})"


_STATUS = {
    401: "it does not know the key: check model.api_key",
    403: "the key may not do this: check model.api_key",
    404: "it does not know the model: check model.name",
    413: "the document is too large for it",
    429: "it is asked too often",
    529: "it is overloaded",
}
"""What statuses mean that say more than that something failed."""
