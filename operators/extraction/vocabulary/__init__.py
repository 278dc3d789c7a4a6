"""What documents call things in German, English, French, Spanish, Italian and Dutch.

Phrases are folded when they are looked for (no accents, blanks or punctuation), so
`n° de facture` is found in `N.º de Facture:`. A phrase may stand under several fields: what
stands around it tells which is meant.
"""

from operators.extraction.vocabulary.amount_columns import AMOUNT_COLUMNS
from operators.extraction.vocabulary.beside import BESIDE
from operators.extraction.vocabulary.columns import COLUMNS
from operators.extraction.vocabulary.days import DAYS
from operators.extraction.vocabulary.identifiers import IDENTIFIERS
from operators.extraction.vocabulary.kinds import KINDS
from operators.extraction.vocabulary.net_and_tax import NET_AND_TAX
from operators.extraction.vocabulary.parties import PARTIES
from operators.extraction.vocabulary.references import REFERENCES
from operators.extraction.vocabulary.totals import TOTALS

__all__ = ["FIELDS", "HEADS", "KINDS"]

FIELDS = {**REFERENCES, **DAYS, **NET_AND_TAX, **TOTALS, **BESIDE, **PARTIES, **IDENTIFIERS}
"""Labels of values."""

HEADS = {**COLUMNS, **AMOUNT_COLUMNS}
"""Heads of the columns of a table of lines."""
