"""Addresses written as forms are, each part behind its label.

>>> parts_in(["ROSSI SRL", "Via Roma 1", "Comune: MILANO Provincia: MI", "CAP: 20121 Nazione: IT"])
Parts(name='ROSSI SRL', street='Via Roma 1', postcode='20121', city='MILANO', country='IT', last=3)
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from operators.extraction.countries import country_coded, country_named
from operators.extraction.folded import plain

_LABELS: Mapping[str, str] = {
    "name": "denominazione|ragione sociale|raison sociale|razon social|societe|nombre|nom|name"
    "|firma|company(?: name)?|bedrijfsnaam|naam|cognome nome",
    "street": "indirizzo|anschrift|strasse|street|address|adresse|direccion|domicilio|straat|adres",
    "city": "comune|citta|localita|ort|stadt|city|town|ville|commune|poblacion|localidad|ciudad"
    "|plaats|woonplaats",
    "postcode": r"c\.?a\.?p\.?|plz|postleitzahl|post ?code|zip(?: code)?|code postal|cp|c\.p\."
    "|codigo postal|postal code",
    "province": r"provincia|prov\.?|province|state|county|bundesland",
    "country": "nazione|paese|land|country|pays|pais",
}
_LABELLED = re.compile(
    "|".join(rf"(?P<{part}>(?<![a-z])(?:{words})) ?:" for part, words in _LABELS.items())
)


class Parts(NamedTuple):
    """The parts of an address."""

    name: str | None
    street: str | None
    postcode: str
    city: str
    country: str | None
    last: int
    """Which of the lines it ends with."""


def parts_in(lines: Sequence[str]) -> Parts | None:
    """The first address in some lines that labels its town and its post code; None without one.

    What stands over the first label is the name and the street, as far as they have no label.
    """
    found: dict[str, str] = {}
    bare: list[str] = []
    last = 0
    for number, line in enumerate(lines):
        labelled = _parts_of(line)
        if labelled.keys() & found.keys():
            break
        if labelled:
            found |= labelled
            last = number
        elif not {"city", "postcode"} & found.keys():
            bare.append(line)
    if "city" not in found or "postcode" not in found:
        return None
    street = found.get("street") or (bare.pop() if bare else None)
    country = country_coded(found.get("country", "")) or country_named(found.get("country", ""))
    if country is None and re.fullmatch(r"[A-Z]{2}", found.get("province", "")):
        country = "IT" if re.fullmatch(r"\d{5}", found["postcode"]) else None
    name = found.get("name") or (bare[-1] if bare else None)
    return Parts(name, street, found["postcode"], found["city"], country, last)


def _parts_of(line: str) -> dict[str, str]:
    """The parts of a line by their names; empty where it has no label."""
    low = plain(line)
    if len(low) != len(line):
        return {}
    marks = list(_LABELLED.finditer(low))
    if not marks:
        return {}
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    values = {
        mark.lastgroup or "": line[mark.end() : end].strip(" ,;-")
        for mark, end in zip(marks, ends, strict=True)
    }
    return {part: value for part, value in values.items() if value}
