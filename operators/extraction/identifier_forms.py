"""What identifiers of parties and their accounts look like."""

import re

_VAT_FORMS = (
    r"ATU ?\d{8}",
    r"BE ?[01]?\d{3}[. ]?\d{3}[. ]?\d{3}",
    r"BG ?\d{9,10}",
    r"CHE[- ]?\d{3}[. ]?\d{3}[. ]?\d{3}(?: ?(?:MWST|TVA|IVA))?",
    r"CY ?\d{8}[A-Z]",
    r"CZ ?\d{8,10}",
    r"DE ?\d{3} ?\d{3} ?\d{3}",
    r"DK ?\d{2} ?\d{2} ?\d{2} ?\d{2}",
    r"EE ?\d{9}",
    r"EL ?\d{9}",
    r"ES ?[A-Z]?-?\d{7,8}-?[A-Z0-9]?",
    r"FI ?\d{7}-?\d",
    r"FR ?[A-Z0-9]{2} ?\d{3} ?\d{3} ?\d{3}",
    r"(?:GB|XI) ?\d{3} ?\d{4} ?\d{2}(?: ?\d{3})?",
    r"HR ?\d{11}",
    r"HU ?\d{8}",
    r"IE ?\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    r"IT ?\d{11}",
    r"LT ?\d{9,12}",
    r"LU ?\d{8}",
    r"LV ?\d{11}",
    r"MT ?\d{8}",
    r"NL ?\d{4}[. ]?\d{2}[. ]?\d{3}[. ]?B[. ]?\d{2}",
    r"NO ?\d{9}(?: ?MVA)?",
    r"PL ?\d{10}",
    r"PT ?\d{9}",
    r"RO ?\d{2,10}",
    r"SE ?\d{12}",
    r"SI ?\d{8}",
    r"SK ?\d{10}",
)
VAT = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_VAT_FORMS)})(?![A-Za-z0-9])")
"""VAT identifiers with the code of their country."""

NATIONAL = {
    "ES": re.compile(
        r"(?<![A-Za-z0-9])(?:[A-Z]-?\d{7}-?[A-Z0-9]|\d{8}-?[A-Z]|[A-Z]-?\d{2}[. ]?\d{3}[. ]?\d{3})"
        r"(?![A-Za-z0-9])"
    ),
    "IT": re.compile(r"(?<!\d)\d{11}(?!\d)"),
    "GB": re.compile(r"(?<!\d)\d{3} ?\d{4} ?\d{2}(?!\d)"),
    "BE": re.compile(r"(?<!\d)[01]\d{3}[. ]?\d{3}[. ]?\d{3}(?!\d)"),
    "NL": re.compile(r"(?<!\d)\d{9} ?B ?\d{2}(?!\d)"),
    "DE": re.compile(r"(?<!\d)\d{9}(?!\d)"),
}
"""The same without it, by country."""

ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2} ?[0-9OIlSB]{2}(?: ?[A-Z0-9]){11,30}")
"""IBANs, with blanks or not."""

BEGUN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4})*(?=\t|$| *$)")
"""The beginning of one at the end of a cell."""

ENDED = re.compile(r"[A-Z0-9]{1,4}(?: [A-Z0-9]{1,4})*(?=$|\t| [·|•])")
"""The rest of one at the beginning of a cell."""

LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "IE": 22, "IT": 27, "LI": 21, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "SE": 24, "SK": 24,
}  # fmt: skip
"""How long an IBAN is, by country."""

BANK = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
"""BICs."""

NUMBERED = re.compile(
    r"[\s:.#\-–=]*(?:(?:nr|no|id|number|num)[.:]*\s*)?"
    r"(?P<token>[A-Za-z]{0,3}[- ]?\d[\d./\- ]*\d(?:-?[A-Za-z](?![A-Za-z]))?"
    r"|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z])",
    re.IGNORECASE,
)
"""A number right of its label: of a tax office or a register."""

REGISTER = re.compile(
    r"(?<![A-Za-z])(?:HR[AB]|FN|GnR|PR|VR)[ .:]*(?:Nr\.? ?)?(?P<number>[\d ]*\d ?[A-Za-z]?)"
    r"(?![A-Za-z0-9])"
)
"""Entries of German and Austrian registers."""

MALAYSIAN = re.compile(
    r"\((?:Co\.? ?(?:Reg)?\.? ?(?:No)?\.?:? ?)?(?P<number>\d{5,8}-?[A-Z]|\d{12})\)", re.IGNORECASE
)
"""Numbers of companies in Malaysia, in brackets behind the name."""
