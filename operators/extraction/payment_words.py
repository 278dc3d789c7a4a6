"""Words of sentences that say when and how to pay, in plain lower case."""

import re

from operators.extraction.folded import plain

PAY = re.compile(
    r"zahlbar|zahlung|zahlen|uberweis|ueberweis|fallig|faellig|ohne abzug|netto|payable"
    r"|payment|\bpay\b|\bnet\b|terms|\bdue\b"
    r"|paiement|reglement|payer|echeance|pago|vencimiento|pagar|pagamento|pagare|scadenza"
    r"|betaling|betalen|voldoen|netto"
    r"|contado|ueberw|begleichen|over te maken|gelieve|zu zahlen"
    r"|transferencia|bonifico|virement|overschrijving|transfer|vorkasse"
)
DAYS = re.compile(r"(\d{1,3}) ?(?:kalender)?(?:days?|tagen?|jours?|dias?|gg|giorni|dagen|d\b|t\b)")
NOW = re.compile(
    r"sofort|immediate|upon receipt|on receipt|a reception|a la reception|comptant|contado|a"
    r" la vista|vista fattura"
    r"|rimessa diretta|per direct|direct te betalen|due now"
)
EARLY = re.compile(r"skonto|discount|escompte|descuento|sconto|korting|%")
NET = re.compile(r"\bnett?o?\b|ohne abzug|sans escompte")
LATE = re.compile(
    r"verzug|mahn|late|retard|penal|mora\b|interest|interes|rente\b|reklam|widerruf|retour"
)
"""Sentences about what happens after a due date, not about when that is."""
END_OF_MONTH = re.compile(
    r"fin de mois|end of month|\beom\b|fine mese|fin de mes|einde maand|f\.?m\.?\b|dffm"
)
_LESS = re.compile(r"skonto|discount|escompte|descuento|sconto|korting")
_BY = re.compile(
    r"(?<![a-z])(?:bis|innert|innerhalb|by|before|within|if|avant|sous|antes|dentro|entro|voor"
    r"|binnen|bei|pagando)(?![a-z])"
)

_WITHOUT = re.compile(
    r"(?:ohne|kein(?:e[rn]?)?|without|no|sans|sin|senza|zonder|geen) (?:\w+ )?"
    r"(?:skonto\w*|discount|escompte|descuento|sconto|korting)"
)


def for_less(text: str) -> bool:
    """Whether a text offers to take less from who pays early: what it names is not what is due.

    >>> for_less("Bei Zahlung bis 12.03.2026: 2 % Skonto = 12,34, zu zahlen 604,66")
    True
    >>> for_less("Discount 5 %  12.00"), for_less("Zahlbar bis 12.03.2026 ohne Skonto")
    (False, False)
    """
    said = plain(text)
    kept = _WITHOUT.sub(" ", said)
    return _LESS.search(kept) is not None and _BY.search(kept) is not None
