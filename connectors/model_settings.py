"""Settings of the language model."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.duration import Duration
from operators.extraction.spending import Prices
from operators.money import Amount, from_decimal

NAME = "claude-haiku-5-5"
"""The model whose prices are the defaults below: made for extraction, and Anthropic's cheapest.

Name and prices are those of platform.claude.com/docs/en/models/haiku-5-5/overview as of November
2026.
"""
LONGEST_PROMPT = 100_000
"""Tokens up to which its prices are those; beyond they are five times as much."""

Price = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=8)]
"""An amount in the currency that the model is paid in."""

_PRICES = frozenset({"price_in", "price_out", "price_cached", "price_cache_written"})


class Model(BaseModel):
    """The language model that is asked for what could not be read surely."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = Field(default=None, repr=False, pattern="^https?://")
    """Where the API of Anthropic answers, when that is another place than its own."""
    api_key: SecretStr | None = None
    """Without one no model is asked."""
    name: str = NAME
    """Any that has structured outputs; of another one the four prices have to be given as well."""
    time_limit: Duration = timedelta(seconds=30)
    """For a question, with all attempts and pauses."""
    attempts: int = Field(default=3, ge=1, le=10)
    """How often a question is sent at most."""
    max_tokens: int = Field(default=4096, ge=256, le=64_000)
    """Of an answer."""
    document_tokens: int = Field(default=30_000, ge=0)
    """Of all questions and answers about one document."""
    thinking: bool = False
    """Let the model think first, which it charges for as written; some cannot do without."""
    day_cost: Price = Decimal(5)
    """What a day may cost, from midnight to midnight UTC."""
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    """What that and the prices are in, ISO 4217."""
    price_in: Price = Decimal("0.10")
    """Of a million tokens that are read."""
    price_out: Price = Decimal("0.50")
    """Of a million tokens that are written."""
    price_cached: Price = Decimal("0.01")
    """Of a million tokens that are read from the cache."""
    price_cache_written: Price = Decimal("0.125")
    """Of a million tokens that are written to the cache."""

    @model_validator(mode="after")
    def _has_its_own_prices(self) -> Self:
        """A budget counted in the prices of another model is none."""
        missing = sorted(_PRICES - self.model_fields_set)
        if missing and self.name != NAME:
            raise ValueError(f"of another model the prices are needed: {', '.join(missing)}")
        if missing and self.document_tokens > LONGEST_PROMPT:
            raise ValueError(
                f"beyond {LONGEST_PROMPT:,} tokens of a document the prices are others"
            )
        return self

    @property
    def day_limit(self) -> Amount:
        """What a day may cost."""
        return from_decimal(self.day_cost)

    @property
    def prices(self) -> Prices:
        """The four prices."""
        return Prices(
            tokens_in=from_decimal(self.price_in),
            tokens_out=from_decimal(self.price_out),
            cached=from_decimal(self.price_cached),
            written=from_decimal(self.price_cache_written),
        )
