"""Invented parties: names, identifiers with right check digits, addresses, phone numbers."""

from random import Random
from unicodedata import normalize

import stdnum.ch.uid
import stdnum.gb.vat
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren

from manifold.documents.places import Place
from manifold.documents.wording import Wording
from manifold.generator.countries import iban
from operators.invoice import Address, Party

_STEMS = """
    Albrun Bersten Corvino Dalhof Elmora Fenwick Gantor Halvern Iselin Jorvik Kandrin Lumeno Marvik
    Norwin Ostara Pelgrim Quendal Ravello Sandor Tolvik Ulmeno Verdano Wexling Zantor Brevik Caldera
    Delmont Fargo Hollis Kessler Lindner Moreau Navarro Olsen Pirelo Rovigo Serrano Tremont
""".split()
_BANKS = ("COBA", "DEUT", "BNPA", "INGB", "BBVA", "UNCR", "RABO", "AGRI", "BARC", "CAIX")
_FIRST = ("A.", "B.", "C.", "D.", "E.", "F.", "J.", "M.", "P.", "S.")


def company(place: Place, wording: Wording, rng: Random) -> str:
    """An invented company's name."""
    one, other = rng.sample(_STEMS, 2)
    form = rng.choice(place.forms)
    sector = rng.choice(wording.sectors)
    joined = {"de": "&", "en": "&", "fr": "et", "es": "y", "it": "e", "nl": "&"}[place.language]
    pattern = rng.choice(
        (
            f"{one} {sector} {form}",
            f"{sector} {one} {form}",
            f"{one} {joined} {other} {form}",
            f"{one} {form}",
            f"{one}-{other} {sector} {form}",
        )
    )
    return pattern.upper() if rng.random() < 0.12 else pattern


def person(rng: Random) -> str:
    """An invented person: an initial and an invented name."""
    return f"{rng.choice(_FIRST)} {rng.choice(_STEMS)}"


def address(place: Place, rng: Random) -> Address:
    """An address in a country."""
    postcode, city = rng.choice(place.cities)
    street = rng.choice(place.streets).replace("#", str(rng.randint(1, 180)))
    return Address(street, city, postcode, place.country)


def digits(shape: str, rng: Random) -> str:
    """A shape with a digit for every `#`."""
    return "".join(rng.choice("0123456789") if sign == "#" else sign for sign in shape)


def vat_id(place: Place, rng: Random) -> str | None:
    """A VAT identifier whose check digits are right; None where there is none."""
    if not place.vat_id:
        return None
    while True:
        text = digits(place.vat_id, rng)
        if place.country == "FR":
            number = digits("#########", rng)
            if not siren.is_valid(number):
                continue
            text = f"FR{siren.to_tva(number)}"
        elif place.country == "IE":
            text = digits("IE#######", rng) + rng.choice("ABCDEFGHIJKLMNOPQRSTUVW")
        elif place.country == "IT":
            text = (
                f"IT{digits('#######', rng)}{rng.choice(('015', '037', '001'))}{digits('#', rng)}"
            )
        if _valid(place.country, text):
            return text


def _valid(country: str, text: str) -> bool:
    if country == "GB":
        return bool(stdnum.gb.vat.is_valid(text))
    if country == "CH":
        try:
            stdnum.ch.uid.validate(text.removesuffix(" MWST"))
        except ValidationError:
            return False
        return True
    return bool(vat.is_valid(text))


def party(place: Place, wording: Wording, rng: Random) -> Party:
    """A company of a country."""
    made = vat_id(place, rng)
    tax_id = identifier = None
    if place.country == "DE" and rng.random() < 0.5:
        tax_id = digits("##/###/#####", rng)
    elif place.country == "US":
        tax_id, identifier = digits("##-#######", rng), digits("######", rng)
    return Party(
        name=company(place, wording, rng),
        identifier=identifier,
        vat_id="".join(made.split()) if made else None,
        tax_id=tax_id,
        address=address(place, rng),
    )


def account(place: Place, rng: Random) -> tuple[str, str]:
    """An account number with right check digits at a bank that does not exist, and a BIC."""
    country = place.country if place.country != "US" else "GB"
    bank = f"{rng.choice(_BANKS)}{country}{rng.choice('2F6')}{rng.choice('XLBM')}"
    return iban(country, rng), bank if rng.random() < 0.7 else f"{bank}XXX"


def domain(name: str) -> str:
    """The name of a company's pages on the web, below a top-level domain that is reserved.

    >>> domain("Müller & Söhne GmbH")
    'muller-sohne.example'
    """
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = ["".join(sign for sign in word if sign.isalnum()) for word in plain.split()]
    return "-".join([word for word in words if word][:2]) + ".example"
