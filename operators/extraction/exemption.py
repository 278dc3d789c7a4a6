"""Why a document charges no VAT, by what it says.

>>> exempted("Steuerschuldnerschaft des Leistungsempfängers"), exempted("Thank you")
('AE', None)
"""

import re

from operators.extraction.folded import plain

_REASONS = (
    (
        "AE",
        r"reverse.?charge|steuerschuldnerschaft|leistungsempfanger schuldet|autoliquidation"
        r"|art(?:icle|\.)? ?283"
        r"|inversion del sujeto pasivo|inversione contabile|art\.? ?7.ter|btw verlegd|verlegd"
        r" naar|customer to account",
    ),
    (
        "K",
        r"innergemeinschaftliche lieferung|intra.?community suppl|livraison intracommunautaire"
        r"|262 ?ter"
        r"|entrega intracomunitaria|cessione intracomunitaria|intracommunautaire levering"
        r"|art\.? ?138|art\.? ?41 ?d",
    ),
    ("G", r"ausfuhrlieferung|export(?:lieferung)? |exportation|exportacion|esportazione|uitvoer"),
    (
        "E",
        r"steuerfrei|kleinunternehmer|umsatzsteuerbefrei|vat exempt|exempt from vat|tax exempt"
        r"|exoneration de tva"
        r"|exonere de tva|tva non applicable|franchise en base|exenta? de iva|exencion"
        r"|operacion exenta|esente iva"
        r"|esenzione|regime forfettario|non soggett|vrijgesteld van btw|btw vrijgesteld"
        r"|vrijgestelde|\b19 ustg",
    ),
)
_PATTERNS = tuple((category, re.compile(pattern)) for category, pattern in _REASONS)


def exempted(text: str) -> str | None:
    """The category of VAT (UNTDID 5305) that a sentence claims, None when it claims none.

    AE: the buyer owes the tax; K: supply within the European Union; G: export; E: exempt.
    """
    low = plain(text)
    return next((category for category, pattern in _PATTERNS if pattern.search(low)), None)
