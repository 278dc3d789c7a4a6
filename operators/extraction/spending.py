"""What asking a language model takes: tokens, and their price.

>>> from operators.money import parse, render
>>> prices = Prices(parse("1"), parse("5"), cached=parse("0.10"), written=parse("1.25"))
>>> render(cost(Usage(tokens_in=1_000, tokens_out=200, tokens_cached=2_000), prices))
'0.0022'
>>> estimated("Total 19,90")
6
"""

from msgspec import Struct

from operators.money import Amount, divided

MILLION = 1_000_000
_BYTES_A_TOKEN = 2
"""Prose has four; digits and names have fewer, and an estimate must not be too small."""


class Usage(Struct, frozen=True, gc=False):
    """Tokens of one or several calls."""

    tokens_in: int = 0
    """Read at the full price."""
    tokens_out: int = 0
    """Written."""
    tokens_cached: int = 0
    """Read from the cache."""
    tokens_written: int = 0
    """Written to the cache."""

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.tokens_in + self.tokens_out + self.tokens_cached + self.tokens_written


class Prices(Struct, frozen=True, gc=False):
    """Prices of a million tokens, in the currency of the budget."""

    tokens_in: Amount
    """Of what is read."""
    tokens_out: Amount
    """Of what is written."""
    cached: Amount
    """Of what is read from the cache."""
    written: Amount
    """Of what is written to the cache."""


def cost(usage: Usage, prices: Prices) -> Amount:
    """The price of tokens, exact up to the scale of an amount."""
    in_millionths = (
        usage.tokens_in * prices.tokens_in
        + usage.tokens_out * prices.tokens_out
        + usage.tokens_cached * prices.cached
        + usage.tokens_written * prices.written
    )
    return divided(in_millionths, MILLION)


def estimated(text: str) -> int:
    """How many tokens a text may be, rather too many than too few."""
    return -(-len(text.encode()) // _BYTES_A_TOKEN)


def dearest(tokens_in: int, tokens_out: int, prices: Prices) -> Amount:
    """What a call may cost at most when nothing of it is in the cache."""
    price_in = max(prices.tokens_in, prices.written)
    return divided(tokens_in * price_in + tokens_out * prices.tokens_out, MILLION)
