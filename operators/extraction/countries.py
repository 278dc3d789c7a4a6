"""Countries as addresses name them, and what their postcodes look like.

>>> country_named("Österreich"), country_named("(Spain)"), country_named("Stuttgart")
('AT', 'ES', None)
"""

import re

from operators.extraction.folded import key

_NAMES = {
    "DE": "deutschland germany allemagne alemania germania duitsland bundesrepublikdeutschland",
    "AT": "österreich austria autriche oostenrijk oesterreich",
    "CH": "schweiz switzerland suisse suiza svizzera zwitserland",
    "LI": "liechtenstein",
    "FR": "france frankreich francia frankrijk",
    "BE": "belgien belgium belgique belgica belgio belgië",
    "LU": "luxemburg luxembourg luxemburgo lussemburgo",
    "NL": "niederlande netherlands thenetherlands paysbas paisesbajos paesibassi nederland holland",
    "ES": "spanien spain espagne españa spagna spanje",
    "PT": "portugal portogallo",
    "IT": "italien italy italie italia italië",
    "GB": "großbritannien unitedkingdom greatbritain royaumeuni reinounido regnounito uk"
    " england scotland wales"
    " vereinigteskönigreich verenigdkoninkrijk northernireland",
    "IE": "irland ireland irlande irlanda ierland republicofireland",
    "DK": "dänemark denmark danemark dinamarca danimarca denemarken danmark",
    "SE": "schweden sweden suede suecia svezia zweden sverige",
    "NO": "norwegen norway norvege noruega norvegia noorwegen norge",
    "FI": "finnland finland finlande finlandia suomi",
    "PL": "polen poland pologne polonia polska",
    "CZ": "tschechien czechrepublic czechia republiquetcheque republicacheca tsjechië"
    " ceskarepublika",
    "SK": "slowakei slovakia slovaquie eslovaquia slovacchia slowakije slovensko",
    "HU": "ungarn hungary hongrie hungria ungheria hongarije magyarorszag",
    "RO": "rumänien romania roumanie rumania roemenië",
    "BG": "bulgarien bulgaria bulgarie bulgarije",
    "GR": "griechenland greece grece grecia griekenland",
    "HR": "kroatien croatia croatie croacia croazia kroatië hrvatska",
    "SI": "slowenien slovenia slovenie eslovenia slovenië slovenija",
    "EE": "estland estonia estonie",
    "LV": "lettland latvia lettonie letonia",
    "LT": "litauen lithuania lituanie lituania litouwen",
    "MT": "malta malte",
    "CY": "zypern cyprus chypre chipre cipro",
    "US": "usa unitedstates unitedstatesofamerica vereinigtestaaten etatsunis estadosunidos"
    " statiuniti us",
    "CA": "canada kanada",
    "MX": "mexico mexiko méxico mexique",
    "AU": "australia australien australie",
    "NZ": "newzealand neuseeland",
    "MY": "malaysia",
    "SG": "singapore singapur singapour",
    "IN": "india indien inde",
    "ID": "indonesia indonesien",
    "CN": "china chine volksrepublikchina prchina",
    "HK": "hongkong",
    "JP": "japan japon giappone",
    "TR": "türkei turkey turquie turquia turchia türkiye turkiye",
    "IL": "israel",
    "AE": "unitedarabemirates uae",
    "ZA": "southafrica südafrika",
    "BR": "brasilien brazil bresil brasil",
    "UA": "ukraine ucrania ucraina",
    "MC": "monaco",
    "IS": "iceland island islande",
}
_CODES = {key(name): code for code, names in _NAMES.items() for name in names.split()}
_SHORT = re.compile(r"\(?([A-Z]{2})\)?")

_FIVE = "DE FR ES IT MY FI US EE HR LT"
_FOUR = "AT CH BE LU DK NO HU BG SI AU NZ CY LV"
_END = r"(?![\w.,/-]\d|\d)"
POSTCODES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern), tuple(countries.split()))
    for pattern, countries in (
        (r"(?<![\w-])\d{4} ?[A-Z]{2}(?![A-Za-z])", "NL"),
        (r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)", "GB"),
        (r"(?<!\w)[A-Z]\d[\dW] ?[A-Z\d]{4}(?!\w)", "IE"),
        (r"(?<!\w)[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)", "CA"),
        (r"(?<![\w-])\d{4}-\d{3}(?![\w-])", "PT"),
        (r"(?<![\w-])\d{2}-\d{3}(?![\w-])", "PL"),
        (r"(?<![\w-])[A-Z]{2},? \d{5}(?:-\d{4})?(?![\w-])", "US"),
        (rf"(?<![\w-])(?:[A-Z]{{1,3}}-? ?)?\d{{5}}{_END}", _FIVE),
        (rf"(?<![\w-])(?:SE?-? ?|CZ-? ?|SK-? ?|GR-? ?)?\d{{3}} \d{{2}}{_END}", "SE CZ SK GR"),
        (rf"(?<![\w-])(?:[A-Z]{{1,3}}-? ?)?\d{{4}}{_END}", _FOUR),
        (rf"(?<![\w-])\d{{6}}{_END}", "SG IN CN RO"),
    )
)
"""What postcodes look like, with the countries that have such."""

PREFIXES = {
    "D": "DE", "DE": "DE", "A": "AT", "AT": "AT", "CH": "CH", "F": "FR", "FR": "FR", "B": "BE",
    "BE": "BE",
    "L": "LU", "LU": "LU", "NL": "NL", "I": "IT", "IT": "IT", "E": "ES", "ES": "ES", "DK": "DK",
    "S": "SE",
    "SE": "SE", "N": "NO", "NO": "NO", "FIN": "FI", "FI": "FI", "PL": "PL", "CZ": "CZ",
    "SK": "SK", "H": "HU",
    "HU": "HU", "SI": "SI", "HR": "HR", "LI": "LI", "FL": "LI", "GR": "GR", "PT": "PT", "P": "PT",
    "RO": "RO",
}  # fmt: skip
"""Signs of countries before a postcode."""


def country_named(text: str) -> str | None:
    """The ISO 3166-1 code of a country that a text names; None when it says anything else."""
    return _CODES.get(key(text))


def country_coded(text: str) -> str | None:
    """The country of a text that is its two-letter code alone."""
    match = _SHORT.fullmatch(text.strip())
    return match[1] if match is not None and match[1] in _NAMES else None
