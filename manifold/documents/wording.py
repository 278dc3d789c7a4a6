"""What a language's invoices and receipts say: labels with their synonyms, texts, goods."""

from collections.abc import Mapping

from msgspec import Struct


class Good(Struct, frozen=True):
    """Goods or a service."""

    name: str
    """As a line names it."""
    unit: str
    """Unit of measure, UN/ECE Recommendation 20."""
    low: int
    """Lowest price, in cents."""
    high: int
    """Highest price, in cents."""
    further: tuple[str, ...] = ()
    """What may stand below the name."""
    reduced: bool = False
    """Whether the reduced VAT rate holds."""


class Wording(Struct, frozen=True):
    """A language's words."""

    language: str
    """ISO 639-1."""
    labels: Mapping[str, tuple[str, ...]]
    """Synonyms of each label, any of which may be drawn."""
    units: Mapping[str, tuple[str, ...]]
    """How units are written, by their code."""
    goods: tuple[Good, ...]
    """What is sold on invoices."""
    groceries: tuple[Good, ...]
    """What is sold on receipts."""
    months: tuple[str, ...]
    """January to December."""
    texts: Mapping[str, tuple[str, ...]]
    """Sentences, with their places in braces."""
    slogans: tuple[str, ...]
    """What companies say of themselves."""
    sectors: tuple[str, ...]
    """Words for what a company does, in its name."""
