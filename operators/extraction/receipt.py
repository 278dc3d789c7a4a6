"""The company on a till's receipt, and its address: the first real lines of it.

>>> trimmed("BOOK SHOP SDN BHD (123456-A)")
'BOOK SHOP SDN BHD'
"""

import re
from collections.abc import Sequence

from operators.extraction.addresses import AddressRead, address_in
from operators.extraction.candidate import Candidate, Evidence
from operators.extraction.document import Document
from operators.extraction.folded import plain
from operators.extraction.legal_forms import ENDS, LEGAL, only_form
from operators.extraction.rows import Row, sureness

_MOST_ROWS = 12
_REGISTERED = re.compile(
    r"\s*[\[(]?\s*(?:co(?:mpany)?\.?\s*)?(?:reg(?:istration)?\.?)?\s*(?:no\.?)?[:\s]*[\[(]?\d{5,8}\s*-\s*[A-Z0-9]\s*[\])]?\s*$|\s*\(\d{12}.*$",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?i)\b(?:jalan|jln|jin|lot|no\.?\s?\d|taman|lorong|persiaran|street|st\.|road|rd|avenue"
    r"|ave|lane|unit"
    r"|floor|level|ground|block|blk|rue|boulevard|place|chauss[ée]e|calle|c/|plaza|avda|pol\."
    r" ?ind|via|viale"
    r"|piazza|corso|kampung|bandar|seksyen|section|kuala|selangor|johor|malaysia|p\.?o\.? box)\b"
    r"|(?:stra(?:ß|ss)e|str\.|platz|gasse|zeile|weg|allee|ring|straat|laan|plein|kade|gracht"
    r"|weg)\s+\d"
)
_NOISE = re.compile(
    r"(?i)(?<![a-z])(?:tax invoice|invoice|receipt|welcome|willkommen|bienvenue"
    r"|bienvenid[oa]s?|benvenut[oi]|welkom"
    r"|tel|telefon|téléphone|telefono|phone|fax|gst|sst|www|https?|copy|cash bill"
    r"|reg(?:istration)? no|roc|co\. ?reg"
    r"|date|time|kassenbon|quittung|ticket|factura|scontrino|kassabon|thank|page|duplicate"
    r"|company no|table"
    r"|cash sale|documento commerciale|reprint|ust|steuer|siret|n\.?i\.?f|p\.? ?iva|kvk|btw"
    r"|rechnung|email"
    r"|bill|counter|branch|order|cassa|caisse|kasse|kassa)(?![a-z])|@"
)
_GLUED = re.compile(r"(?i)sdn\.?\s*b[hn]d|s/b\b|gmbh|enterprise|trading|restaurant|& co")


def company(document: Document) -> tuple[Candidate[str] | None, AddressRead | None]:
    """The company of a receipt and its address, from the rows at its top."""
    rows = _top(document)
    if not rows:
        return None, None
    scored = [(_score(row, at), at) for at, row in enumerate(rows)]
    best, at = max(scored, key=lambda each: (each[0], -each[1]))
    if best < -1.0:
        return None, None
    others = sorted((score for score, other in scored if other != at), reverse=True)
    text, used = _joined(rows, at)
    name = respaced(trimmed(text)) if document.mend else trimmed(text)
    row = rows[at]
    evidence = Evidence(
        label=0.6 if _legal(row.text) else 0.2,
        alone=max(0.0, min(1.0, (best - (others[0] if others else -1.0)) / 3)),
        form=1.0 if _legal(row.text) else 0.3,
        engine=sureness(row, 0, len(row.text)),
    )
    candidate = Candidate(name, best, evidence, row.number, text, row.box)
    return candidate, _address(rows[used + 1 :])


def _top(document: Document) -> list[Row]:
    """The rows above the first amount or date."""
    ends = {
        figure.row
        for figure in document.figures
        if figure.decimals == 2
        and not figure.percent
        and not _STREET.search(document.rows[figure.row].text)
    }
    ends |= {day.row for day in document.days if not day.weak}
    found: list[Row] = []
    for row in document.rows[: _MOST_ROWS + 3]:
        if row.number in ends and found:
            break
        if sum(sign.isalpha() for sign in row.text) >= 3 or only_form(row.text):
            found.append(row)
    return found[:_MOST_ROWS]


def _legal(text: str) -> bool:
    return bool(LEGAL.search(text) or _GLUED.search(text))


def _score(row: Row, at: int) -> float:
    text = row.text
    letters = sum(sign.isalpha() for sign in text)
    digits = sum(sign.isdigit() for sign in text)
    bare = _REGISTERED.sub("", text)
    score = 1.0 - 0.35 * at
    if _GLUED.search(text) or ENDS.search(bare):
        score += 3.0
    score -= 3.0 if _NOISE.search(text) else 0.0
    score -= 2.0 if _STREET.search(text) else 0.0
    score -= 1.0 if digits > 3 and bare == text else 0.0
    score -= 1.5 if letters < 4 or letters * 2 < len(text.replace("\t", "")) else 0.0
    score -= 1.2 if text == text.lower() else 0.0
    score -= 0.8 if len(text.split()) == 1 and letters <= 5 else 0.0
    return score - (1.0 if text.rstrip().endswith((":", ",")) else 0.0)


def _joined(rows: Sequence[Row], at: int) -> tuple[str, int]:
    """The name with the line before or behind it that it was broken into."""
    named = [part for part in rows[at].text.split("\t") if ENDS.search(part) and " " in part]
    text = named[0] if len(named) == 1 else rows[at].text.replace("\t", " ")
    used = at
    if at + 1 < len(rows) and only_form(_REGISTERED.sub("", rows[at + 1].text)):
        text, used = f"{text} {rows[at + 1].text}", at + 1
    elif at > 0 and (_goes_on(text) or _broken(rows, at)) and not _NOISE.search(rows[at - 1].text):
        text = f"{rows[at - 1].text} {text}"
    return text.replace("\t", " "), used


def _broken(rows: Sequence[Row], at: int) -> bool:
    """Whether a name was broken in the line above, for want of room for the next word."""
    above, own = rows[at - 1], rows[at]
    if not ENDS.search(_REGISTERED.sub("", own.text)) or _legal(above.text):
        return False
    if any(map(str.isdigit, above.text)) or not 0.8 < above.height / own.height < 1.25:
        return False
    first = next(iter(own.words))
    room = max(row.box.right - row.box.left for row in rows)
    needed = above.box.right - above.box.left + first.box.right - first.box.left
    return needed + 0.3 * own.height > room and above.box.bottom + 1.2 * own.height > own.box.top


def _goes_on(text: str) -> bool:
    """Whether a line goes on with the name of the line over it."""
    return only_form(_REGISTERED.sub("", text)) or text.startswith(("(", "& "))


def trimmed(text: str) -> str:
    """A company's name without the number that it is registered under."""
    bare = _REGISTERED.sub("", text).strip(" *-=:.,|~_")
    bare = bare or text.strip()
    return bare + "." if text.strip().startswith(bare + ".") and LEGAL.search(bare + ".") else bare


_RUN_TOGETHER = (
    (re.compile(r"(?i)(?<=[a-z)])(sdn\.?) ?(b[hn]d\.?)$"), r" \1 \2"),
    (re.compile(r"(?<=[A-Z)])(S/B|GMBH|ENTERPRISE|TRADING|PLT)$"), r" \1"),
    (re.compile(r"(?<=[a-z)])(GmbH|Ltd\.?|Inc\.?|AG|KG)$"), r" \1"),
    (re.compile(r"(?<=\w{3})&(?=\w{3})"), " & "),
    (re.compile(r"(?<=[A-Za-z.])\((?=[A-Z])"), " ("),
    (re.compile(r"\)(?=[A-Za-z]{2})"), ") "),
)


def respaced(name: str) -> str:
    """A name with the blanks that an engine leaves out at times, where they are sure.

    >>> respaced("BOOKTA.K(TAMANDAYA)SDNBHD")
    'BOOKTA.K (TAMANDAYA) SDN BHD'
    """
    for pattern, spaced in _RUN_TOGETHER:
        name = pattern.sub(spaced, name)
    return name


def _address(rows: Sequence[Row]) -> AddressRead | None:
    """The address in the rows under the name: all of them up to its postcode's."""
    lines: list[str] = []
    for row in rows[:7]:
        text = row.text.replace("\t", " ").strip()
        low = plain(text)
        if lines and _NOISE.search(low) and not _STREET.search(low):
            break
        if not _NOISE.search(low) and not _REGISTERED.fullmatch(text):
            lines.append(text)
    found = address_in(["-", *lines]) if lines else None
    if found is None:
        street = " ".join(line for line in lines if _STREET.search(line)) or None
        return AddressRead(None, street, None, None, None, (), 0, 0) if street else None
    before = [line for line in lines[: found.last] if found.postcode and found.postcode not in line]
    street = " ".join(before).strip(" ,") or found.street
    return AddressRead(
        None, street, found.postcode, found.city, found.country, found.countries, 0, found.last
    )
