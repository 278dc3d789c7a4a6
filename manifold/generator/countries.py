"""The countries that invented vendors come from: VAT rates, identifiers, addresses, names."""

from random import Random

from msgspec import Struct
from schwifty import IBAN
from stdnum.eu import vat
from stdnum.fr import siren


class Country(Struct, frozen=True):
    """What a country's invoices have in common."""

    code: str
    """ISO 3166-1 alpha-2."""
    standard: str
    """Standard VAT rate in percent."""
    reduced: str
    """Reduced VAT rate in percent."""
    vat_id: str
    """Shape of a VAT identifier (France: of the SIREN in it): `#` is any digit."""
    example: str
    """The word for "example" that shows that a name is invented."""
    legal_form: str
    """Ending of a company's name."""
    street: str
    """A street nobody lives in."""
    city: str
    """A city nobody lives in."""
    postcode: str
    """Post code of that city."""


COUNTRIES: tuple[Country, ...] = (
    Country("DE", "19", "7", "DE1########", "Muster", "GmbH", "Musterweg", "Musterstadt", "99999"),
    Country("FR", "20", "5.5", "#########", "Exemple", "SARL", "rue Exemple", "Exempleville",
            "99000"),
    Country("ES", "21", "10", "ESB########", "Ejemplo", "SL", "Calle Ejemplo", "Villaejemplo",
            "99001"),
    Country("IT", "22", "10", "IT#######001#", "Esempio", "Srl", "Via Esempio", "Borgo Esempio",
            "99010"),
    Country("NL", "21", "9", "NL#########B##", "Voorbeeld", "BV", "Voorbeeldlaan", "Voorbeelddam",
            "9999 ZZ"),
    Country("AT", "20", "10", "ATU########", "Beispiel", "GmbH", "Beispielgasse", "Beispielau",
            "9999"),
    Country("BE", "21", "6", "BE0#########", "Exemplaar", "NV", "Exemplaarlaan", "Exemplaarbeke",
            "9999"),
    Country("PL", "23", "8", "PL##########", "Przykład", "Sp. z o.o.", "ul. Przykładowa",
            "Przykładowo", "99-999"),
)  # fmt: skip

_BEGINNINGS = """
    Al Bro Cel Dor Ely Fan Gri Hal Ivo Jor Kel Lum Mir Nor Oro Pel Quo Rav Sol Tal Ul Vel Wes Zan
""".split()
_ENDINGS = """
    andis beron cortex dalia evanto forra gantis holva ilex junara kandor lovis mavion nexta ondra
    parvis quila rovan
""".split()


def company_name(country: Country, rng: Random) -> str:
    """An invented company name that says in the country's own language that it is an example."""
    return f"{rng.choice(_BEGINNINGS)}{rng.choice(_ENDINGS)} {country.example} {country.legal_form}"


def vat_id(country: Country, rng: Random) -> str:
    """A VAT identifier whose check digits are right."""
    while True:
        text = "".join(rng.choice("0123456789") if c == "#" else c for c in country.vat_id)
        if country.code == "FR" and siren.is_valid(text):
            text = f"FR{siren.to_tva(text)}"
        if vat.is_valid(text):
            return text


def iban(country_code: str, rng: Random) -> str:
    """An account number whose check digits are right, at a bank code no bank has."""
    while True:
        account = IBAN.random(country_code, random=rng, use_registry=False)
        if account.bank is None:
            return str(account)
