"""What the columns of tax and amounts are called."""

from collections.abc import Mapping

AMOUNT_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "vat_rate": {
        "de": "mwst | ust | mwst % | ust % | mwst-satz | steuersatz | ust-satz | mwst in % | "
        "ust in % | steuer | st | umsatzsteuer | mwst satz | ust satz | steuersatz % | "
        "mwst.% | steuer % | mwst-code | steuersatz [%] | % mwst | % ust | "
        "umsatzsteuersatz | mehrwertsteuer | mwst (%) | ust (%)",
        "en": "vat | vat % | vat rate | tax rate | tax % | gst % | tax | vat rate % | gst rate "
        "| vat (%) | tax code | tax (%) | % vat | vat code | tax type | gst | vat percent "
        "| vat % rate | tax rate (%) | sales tax | tax percent",
        "fr": "tva | tva % | taux tva | taux de tva | % tva | taux | tva (%) | taux t.v.a. | "
        "code tva | t.v.a. | tx tva | taux tva %",
        "es": "iva | iva % | tipo iva | % iva | tipo | tipo de iva | iva (%) | impuesto | tipo "
        "impositivo | impuestos",
        "it": "iva | iva % | aliquota | aliq | aliquota iva | % iva | aliq iva | aliq. | cod "
        "iva | ci | al iva | iva (%) | c.i. | c. iva",
        "nl": "btw | btw % | btw-tarief | btw tarief | % btw | btw percentage | btw-percentage "
        "| btw code | btw% | btw (%) | btw-code",
    },
    "vat_amount": {
        "de": "mwst-betrag | ust-betrag | steuerbetrag | mwst betrag | mwst eur | ust betrag | "
        "umsatzsteuerbetrag | mwst € | betrag mwst",
        "en": "vat amount | tax amount | gst amt | gst amount | vat amt | tax amt | vat total | "
        "vat (eur) | total vat | vat sum | vat value",
        "fr": "montant tva | tva € | mt tva | montant t.v.a. | total tva | tva (€)",
        "es": "cuota | importe iva | cuota iva | iva €",
        "it": "imposta | importo iva | iva €",
        "nl": "btw bedrag | btw-bedrag | bedrag btw | btw €",
    },
    "net": {
        "de": "gesamtpreis | gesamt | betrag | summe | nettobetrag | g-preis | gesamtbetrag | "
        "netto | gesamt netto | total | gp | betrag eur | wert | gesamt eur | "
        "positionsbetrag | gesamtpreis netto | summe netto | zeilensumme | betrag € | "
        "gesamtpreis (netto) | warenwert | summe eur | gesamt € | eur | betrag netto | "
        "netto gesamt | gesamtbetrag netto | g.preis | pos-betrag | gesamtpreis eur | "
        "gesamtpreis € | netto-betrag | betrag in eur | summe € | netto eur | betrag in € "
        "| netto € | preis gesamt | gesamt-preis | rechnungsbetrag | gesamtwert | kosten "
        "| positionssumme | betrag chf | total chf | nettosumme | zwischensumme | "
        "zwischensumme netto | positionswert",
        "en": "amount | total | line total | net amount | total price | subtotal | sub-total | "
        "extended price | net | total net | amount (rm) | ext price | total excl vat | "
        "value | net value | total amount | amount excl vat | sum | net total | total "
        "(eur) | line amount | rm | amt | amount (eur) | amount (gbp) | total cost | "
        "extension | price total | amount (usd) | total ex vat | total (rm) | total net "
        "price | net price total | amount eur | total ex. vat | net worth | extended "
        "amount | charges | line net amount | taxable amount | total eur | total excl | "
        "total (excl vat) | net amount (eur) | total without vat | item total | subtotal "
        "excl vat | amount ex vat | charge | usd | gbp | total (usd) | total (gbp) | "
        "taxable value | ext. amount | sub total | ext amount | extended",
        "fr": "montant | montant ht | total ht | total | prix total | montant total | total "
        "h.t. | prix total ht | montant hors taxes | mt ht | total net | montant net ht | "
        "total ligne | montant h.t. | total € ht | montant (ht) | total (ht) | total hors "
        "taxes | montant net | total ligne ht | somme | valeur | total htva | montant "
        "htva | total net ht | montant € | mt h.t. | net ht | totaux | sous-total | sous "
        "total",
        "es": "importe | total | importe total | neto | precio total | subtotal | valor | total "
        "neto | total linea | base imponible | importe neto | importe (€) | total (€) | "
        "importe € | total sin iva | importe sin iva | total eur | base",
        "it": "importo | totale | prezzo totale | importo netto | imponibile | totale netto | "
        "valore | totale riga | importo totale | importo € | importo eur | totale € | "
        "netto | imp netto | totale imponibile | valore totale",
        "nl": "bedrag | totaal | totaalprijs | regeltotaal | totaal excl btw | nettobedrag | "
        "totaalbedrag | subtotaal | netto | bedrag excl btw | totaal excl | bedrag excl | "
        "totaal prijs | prijs totaal | bedrag eur | bedrag (eur) | totaal eur | netto "
        "bedrag | waarde",
    },
    "gross": {
        "de": "brutto | bruttobetrag | gesamt brutto | betrag brutto | gesamtpreis brutto | "
        "summe brutto | bruttopreis gesamt | gesamtbetrag brutto | gesamt inkl mwst | "
        "betrag inkl mwst | zwischensumme inkl ust | zwischensumme (inkl ust) | "
        "zwischensumme inkl mwst",
        "en": "gross | gross amount | total incl vat | total gross | gross worth | amount incl "
        "vat | gross value | total inc vat | line total incl vat | total (incl vat) | "
        "total with vat | amount incl gst | total incl gst | gross total | total incl tax",
        "fr": "total ttc | montant ttc | ttc | prix total ttc | total tvac | montant tvac | "
        "total t.t.c.",
        "es": "total con iva | importe con iva | bruto | total iva incluido",
        "it": "lordo | totale ivato | totale iva inclusa | importo ivato | totale lordo",
        "nl": "bruto | totaal incl btw | bedrag incl btw | totaal incl | brutobedrag",
    },
    "gross_price": {
        "de": "bruttopreis | einzelpreis brutto | preis brutto | listenpreis | preis inkl mwst "
        "| einzelpreis inkl mwst | stückpreis inkl ust | stückpreis (inkl ust)",
        "en": "gross price | unit price incl vat | price incl vat | unit price (incl vat) | "
        "price inc vat",
        "fr": "prix unitaire ttc | pu ttc | prix ttc | p.u. ttc | prix brut | pu brut",
        "es": "precio bruto | precio con iva | pvp iva incl",
        "it": "prezzo lordo | prezzo ivato",
        "nl": "bruto prijs | prijs incl btw | prijs incl | brutoprijs",
    },
    "day": {
        "de": "datum | lieferdatum | leistungsdatum | zeitraum | leistungszeitraum | tag",
        "en": "date | delivery date | service date | period | service period",
        "fr": "date | periode",
        "es": "fecha | periodo",
        "it": "data | periodo",
        "nl": "datum | periode",
    },
}
"""Phrases by column and language, parted by bars."""
