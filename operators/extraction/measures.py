"""What units of measure are called, and their codes of UN/ECE Recommendation 20.

>>> unit_code("Stk."), unit_code("Std"), unit_code("m²"), unit_code("Superdrachen")
('H87', 'HUR', 'MTK', None)
"""

from operators.codes.units import UNITS
from operators.extraction.folded import plain

_NAMES = {
    "H87": "n stk stck stuck stucke stueck st pc pcs piece pieces pce pcs. ea each"
    " nos pz pezzi pezzo un ud uds und unidad unidades unid unite unites u stuks stuk item items pi"
    " stks st. nr szt pza pzas numeri qty",
    "HUR": "std stunde stunden h hr hrs hour hours heure heures hora horas ora ore uur uren"
    " stdn hs",
    "DAY": "tag tage day days jour jours dia dias giorno giorni dag dagen d j jrs gg pt pts"
    " manntage",
    "MON": "monat monate month months mois mes meses mese mesi maand maanden mt mon mth mnd",
    "ANN": "jahr jahre year years an ans ano anos anno anni jaar yr",
    "WEE": "woche wochen week weeks semaine semaines semana semanas settimana settimane weken wk",
    "MIN": "min minute minuten minutes minutos minuti minuut mins",
    "KGM": "kg kilo kilos kilogramm kilogram kgs kilogramme kilogrammo",
    "GRM": "g gr gramm gram grams grammes gramo",
    "TNE": "t to tonne tonnen tonnes tonnellata ton tons toneladas",
    "LTR": "l lt ltr liter litre litres litro litros litri litern liters",
    "MLT": "milliliter millilitre",
    "MTR": "m mtr meter metre metres metro metros metri meters lfm lfdm ml mt lm",
    "CMT": "cm zentimeter",
    "KMT": "km kilometer kilometres kms kilometre chilometri",
    "MTK": "m2 qm mq m² sqm quadratmeter m^2",
    "MTQ": "m3 cbm mc m³ kubikmeter m^3",
    "KWH": "kwh",
    "XPK": "lot lots cf conf verp pack pkg packung pk pkt paket pakete package packs paq pqt"
    " confezione pak paquet pck vpe packages",
    "XBX": "box boxes karton ktn kartons ctn carton cartons caja cajas scatola doos dozen krt"
    " boite cartoni",
    "SET": "set sets satz garnitur juego kit kits stel jeu",
    "PR": "pr paar pair pairs paire paires par pares paio paia prs",
    "XBO": "fl flasche flaschen bottle bottles bouteille bouteilles btl botella bottiglia fles"
    " flessen bt",
    "XRO": "rolle rollen roll rolls rouleau rouleaux rollo rotolo rol rll",
    "XSA": "sack sacke sac sacs saco bag bags zak beutel btl. sacchi",
    "XPX": "palette paletten pallet pallets palet pal bancale",
    "LS": "pauschal pauschale psch pausch forfait lump lumpsum ls a.forfait forfettario fft pau",
    "C62": "einheit einheiten eenheid unit units one stv",
    "P1": "% prozent percent",
    "XCR": "kiste kisten crate kasten kst",
    "XCA": "dose dosen can cans",
    "DZN": "dutzend dozen dz dzn doz",
    "NPR": "",
}  # fmt: skip
_CODES = {plain(name): code for code, names in _NAMES.items() for name in names.split()}
_KNOWN_AS_CODES = frozenset(
    "H87 C62 HUR DAY MON ANN WEE MIN KGM GRM TNE LTR MLT MTR CMT KMT MTK MTQ KWH XPK XBX SET PR XBO"
    " XRO XSA XPX LS P1 DZN EA PCE NAR NPR PA BX ZZ E48 PF PG".split()
)


def unit_code(text: str) -> str | None:
    """The code of a unit as documents call it, or as a code itself; None when it is none."""
    written = text.strip(" .:()[]/*")
    if written in _KNOWN_AS_CODES and written in UNITS:
        return written
    name = plain(written)
    return _CODES.get(name) or _CODES.get(name.rstrip("."))
