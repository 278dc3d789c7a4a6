"""Countries as the documents know them: currencies, rates, cities, number and date formats."""

from typing import Literal, TypeAlias

from msgspec import Struct

Language: TypeAlias = Literal["de", "en", "fr", "es", "it", "nl"]
LANGUAGES: tuple[Language, ...] = ("de", "en", "fr", "es", "it", "nl")
"""The languages that documents are made in."""

City: TypeAlias = tuple[str, str]
"""Post code and name."""


class Place(Struct, frozen=True):
    """A country and the way it writes."""

    country: str
    """ISO 3166-1 alpha-2."""
    language: Language
    """Its language."""
    name: str
    """The country's name in that language."""
    currency: str
    """ISO 4217."""
    standard: str
    """Standard VAT rate in percent."""
    reduced: tuple[str, ...]
    """Reduced rates."""
    numbers: tuple[str, ...]
    """How 1234.5 may be written: thousands separator, then decimal sign."""
    days: tuple[str, ...]
    """How a day may be written; `%B` is the month's name in the language."""
    vat_id: str
    """Shape of a VAT identifier, `#` any digit; how it is made is in `names`."""
    forms: tuple[str, ...]
    """Legal forms."""
    streets: tuple[str, ...]
    """Streets; `#` stands for the number."""
    cities: tuple[City, ...]
    """Cities with a post code."""
    town: str = "{postcode} {city}"
    """How post code, city and state are written."""
    phone: str = "+00 00 000000"
    """Shape of a phone number."""


_STATES = {
    "Austin": "TX", "Columbus": "OH", "San Jose": "CA", "Denver": "CO",
    "PETALING JAYA": "SELANGOR", "SHAH ALAM": "SELANGOR", "GEORGE TOWN": "PENANG",
}  # fmt: skip
"""What stands beside a city and is part neither of it nor of its post code."""

_DAYS_DE = ("%d.%m.%Y", "%d.%m.%Y", "%-d.%-m.%Y", "%d.%m.%y", "%-d. %B %Y")
_DAYS_SLASH = ("%d/%m/%Y", "%d/%m/%Y", "%d/%m/%y", "%-d %B %Y", "%d-%m-%Y")
_STREETS_DE = (
    "Hauptstraße #",
    "Industriestr. #",
    "Am Gewerbepark #",
    "Bahnhofstraße #",
    "Lindenweg #",
    "Gartenstr. #",
)
_STREETS_EN = (
    "# High Street",
    "# Station Road",
    "Unit #, Mill Lane",
    "# Church Lane",
    "# Victoria Road",
    "# Park Avenue",
)

PLACES: tuple[Place, ...] = (
    Place("DE", "de", "Deutschland", "EUR", "19", ("7",), (".,", ".,", ",", " ,"), _DAYS_DE,
          "DE#########", ("GmbH", "GmbH & Co. KG", "AG", "e.K.", "UG (haftungsbeschränkt)"),
          _STREETS_DE,
          (("20095", "Hamburg"), ("50667", "Köln"), ("70173", "Stuttgart"), ("04109", "Leipzig"),
           ("90402", "Nürnberg"), ("33602", "Bielefeld"), ("79098", "Freiburg im Breisgau")),
          phone="0## / ### ## ##"),
    Place("AT", "de", "Österreich", "EUR", "20", ("10", "13"), (".,", ".,", " ,"), _DAYS_DE,
          "ATU########", ("GmbH", "Ges.m.b.H.", "KG", "OG"),
          ("Mariengasse #", "Industriezeile #", "Ringstraße #", "Am Anger #"),
          (("1070", "Wien"), ("4020", "Linz"), ("8010", "Graz"), ("5020", "Salzburg")),
          phone="+43 # ######"),
    Place("CH", "de", "Schweiz", "CHF", "8.1", ("2.6",), ("'.", "’.", "'."), _DAYS_DE,
          "CHE-###.###.### MWST", ("AG", "GmbH", "& Cie"),
          ("Bahnhofstrasse #", "Seestrasse #", "Werkstrasse #"),
          (("8001", "Zürich"), ("3011", "Bern"), ("4051", "Basel"), ("9000", "St. Gallen")),
          phone="+41 ## ### ## ##"),
    Place("GB", "en", "United Kingdom", "GBP", "20", ("5", "0"), (",.", ",.", "."),
          ("%d/%m/%Y", "%d/%m/%Y", "%-d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d.%m.%y"),
          "GB#########", ("Ltd", "Limited", "LLP", "plc"), _STREETS_EN,
          (("M1 4BT", "Manchester"), ("BS1 6XN", "Bristol"), ("LS1 5DL", "Leeds"),
           ("CB2 1TN", "Cambridge")),
          town="{city} {postcode}", phone="0### ### ####"),
    Place("IE", "en", "Ireland", "EUR", "23", ("13.5", "9"), (",.", ",."),
          ("%d/%m/%Y", "%-d %B %Y", "%d %b %Y"), "IE#######W", ("Ltd", "DAC", "Limited"),
          _STREETS_EN,
          (("D02 X285", "Dublin 2"), ("T12 W8CD", "Cork"), ("H91 E9Y2", "Galway")),
          town="{city}, {postcode}", phone="+353 # ### ####"),
    Place("US", "en", "USA", "USD", "8.25", (), (",.", ",."),
          ("%m/%d/%Y", "%B %-d, %Y", "%m/%d/%y", "%b %-d, %Y"), "", ("Inc.", "LLC", "Corp."),
          ("# Main Street", "# Oak Avenue", "# Industrial Blvd", "# Lakeview Drive"),
          (("78701", "Austin"), ("43215", "Columbus"), ("95112", "San Jose"),
           ("80202", "Denver")),
          town="{city}, {state} {postcode}", phone="(###) ###-####"),
    Place("FR", "fr", "France", "EUR", "20", ("5.5", "10"), (" ,", " ,", ",", ".,"), _DAYS_SLASH,
          "FR###########", ("SARL", "SAS", "SA", "EURL"),
          ("# rue de la République", "# avenue Jean Jaurès", "# boulevard Victor Hugo",
           "ZI Nord, # rue des Artisans", "# chemin du Moulin"),
          (("69002", "Lyon"), ("31000", "Toulouse"), ("44000", "Nantes"), ("59800", "Lille"),
           ("67000", "Strasbourg")),
          phone="0# ## ## ## ##"),
    Place("BE", "fr", "Belgique", "EUR", "21", ("6", "12"), (".,", " ,"), _DAYS_SLASH,
          "BE0#########", ("SRL", "SA", "SPRL"),
          ("Rue du Commerce #", "Avenue Louise #", "Chaussée de Namur #"),
          (("1000", "Bruxelles"), ("4000", "Liège"), ("5000", "Namur")), phone="+32 # ### ## ##"),
    Place("ES", "es", "España", "EUR", "21", ("10", "4"), (".,", ".,", ","), _DAYS_SLASH,
          "ESB########", ("S.L.", "S.A.", "SL", "S.L.U."),
          ("C/ Mayor, #", "Avda. de la Constitución, #", "Calle del Sol, #",
           "Pol. Ind. Las Eras, nave #", "Plaza de España, #"),
          (("28013", "Madrid"), ("08002", "Barcelona"), ("46002", "Valencia"),
           ("41001", "Sevilla"), ("50003", "Zaragoza")),
          phone="9## ### ###"),
    Place("IT", "it", "Italia", "EUR", "22", ("10", "4"), (".,", ".,", ","), _DAYS_SLASH,
          "IT###########", ("S.r.l.", "S.p.A.", "Srl", "S.n.c."),
          ("Via Roma, #", "Via Garibaldi #", "Corso Italia, #", "Via dell'Industria, #",
           "Piazza Mazzini, #"),
          (("20121", "Milano"), ("10121", "Torino"), ("40121", "Bologna"), ("50122", "Firenze"),
           ("35122", "Padova")),
          phone="0## #######"),
    Place("NL", "nl", "Nederland", "EUR", "21", ("9",), (".,", ".,", ","),
          ("%d-%m-%Y", "%d-%m-%Y", "%-d %B %Y", "%d/%m/%Y", "%-d-%-m-%Y"),
          "NL#########B##", ("B.V.", "BV", "VOF", "N.V."),
          ("Dorpsstraat #", "Industrieweg #", "Kerkstraat #", "Havenkade #", "Molenlaan #"),
          (("1012 AB", "Amsterdam"), ("3011 GZ", "Rotterdam"), ("3511 CE", "Utrecht"),
           ("5611 EM", "Eindhoven")),
          phone="0##-#######"),
    Place("BE", "nl", "België", "EUR", "21", ("6", "12"), (".,", " ,"),
          ("%d/%m/%Y", "%d/%m/%Y", "%-d %B %Y"), "BE0#########", ("BV", "NV", "BVBA"),
          ("Stationsstraat #", "Meir #", "Steenweg op Gent #"),
          (("2000", "Antwerpen"), ("9000", "Gent"), ("8000", "Brugge")), phone="+32 # ### ## ##"),
)  # fmt: skip


MALAYSIA = Place(
    "MY", "en", "Malaysia", "MYR", "6", (), (",.", "."),
    ("%d/%m/%Y", "%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d %b %Y", "%Y-%m-%d", "%-d/%-m/%Y"),
    "", ("SDN BHD", "SDN. BHD.", "ENTERPRISE", "TRADING", "(M) SDN BHD"),
    ("NO. #, JALAN SS 2/24", "LOT #, JALAN BUKIT BINTANG", "NO #, JALAN PERMAS 10",
     "#G, JALAN KUCHAI MAJU 6", "NO.# & 1-3, JALAN ANGSA DELIMA 12", "#, TAMAN SERI EMAS"),
    (("47300", "PETALING JAYA"), ("55100", "KUALA LUMPUR"), ("81750", "JOHOR BAHRU"),
     ("58200", "KUALA LUMPUR"), ("40460", "SHAH ALAM"), ("10450", "GEORGE TOWN")),
    town="{postcode} {city}, {state}",
    phone="03-#### ####",
)  # fmt: skip
"""Only receipts are made for it: its goods and services tax, its five cents' rounding."""


def town(place: Place, postcode: str, city: str) -> str:
    """Post code and city as a country writes them.

    >>> town(MALAYSIA, "55100", "KUALA LUMPUR"), town(MALAYSIA, "40460", "SHAH ALAM")
    ('55100 KUALA LUMPUR', '40460 SHAH ALAM, SELANGOR')
    """
    state = _STATES.get(city, "")
    return place.town.format(postcode=postcode, city=city, state=state).strip(", ")


def places_of(language: Language) -> tuple[Place, ...]:
    """The countries that write in a language."""
    return tuple(place for place in PLACES if place.language == language)
