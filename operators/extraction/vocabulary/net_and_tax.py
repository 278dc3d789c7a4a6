"""What documents call sums without tax, and the tax."""

from collections.abc import Mapping

NET_AND_TAX: Mapping[str, Mapping[str, str]] = {
    "lines_net": {
        "de": "positionssumme | summe positionen | warenwert | zwischensumme netto | summe der "
        "positionen | gesamt positionen | summe positionen netto | warenwert netto | "
        "nettowarenwert | summe nettobeträge | summe der nettobeträge | summe artikel | "
        "summe aller positionen netto | summe aller positionen | summe der "
        "positionsbeträge | gesamtbetrag der positionen | positionen netto",
        "en": "sum of line net amounts | total of lines | lines total | item total | items "
        "total | goods total | sum of lines | total goods | line total sum | total line "
        "items | line items total | line total amount | sum of invoice line net amount | "
        "sum of invoice line net amounts | sum of line amounts",
        "fr": "total lignes | total des lignes | montant des lignes | total brut ht | total "
        "marchandises | somme des lignes | total articles",
        "es": "total lineas | suma de lineas | importe bruto | suma de importes | total bruto | "
        "total mercancia",
        "it": "totale righe | totale merce | totale merci | totale prodotti | totale articoli | "
        "importo merce | somma | somma righe",
        "nl": "totaal regels | goederenbedrag | totaal artikelen | totaal goederen | regeltotaal",
    },
    "subtotal": {
        "de": "zwischensumme | zw-summe | zwischentotal | zw summe | zws | zwischen-summe",
        "en": "subtotal | sub total | sub-total | sub ttl | subttl | total before discount | "
        "item subtotal",
        "fr": "sous-total | sous total | total intermediaire | sous-total ht",
        "es": "subtotal | sub-total | sub total | suma",
        "it": "subtotale | sub totale | sub-totale",
        "nl": "subtotaal | sub-totaal | sub totaal",
    },
    "net": {
        "de": "nettobetrag | netto | nettosumme | summe netto | gesamt netto | gesamtbetrag "
        "netto | rechnungssumme netto | total netto | netto gesamt | netto-betrag | netto "
        "summe | nettowert | nettoumsatz | rechnungssumme ohne ust | summe ohne mwst | "
        "gesamtsumme netto | netto-summe | gesamtnetto | rechnungsbetrag netto | summe "
        "ohne ust | nettoentgelt | entgelt | betrag netto | endbetrag netto | netto total "
        "| gesamtbetrag ohne mwst | gesamtbetrag ohne umsatzsteuer | netto betrag | "
        "nettogesamtbetrag | total exkl mwst | summe exkl mwst | rechnungsnetto | "
        "gesamtbetrag exkl ust | nettogesamt | netto-gesamt | netto-gesamtbetrag | summe "
        "(netto) | gesamt (netto) | gesamtbetrag (netto) | total ohne mwst | betrag ohne "
        "mwst | zwischensumme (netto) | zwischensumme ohne mwst | gesamt ohne mwst | "
        "total exkl mehrwertsteuer | steuerpflichtiger betrag | summe nettobetrag | "
        "nettoendbetrag | gesamtbetrag ohne ust | rechnungsbetrag ohne mwst | "
        "gesamtbetrag der rechnung ohne umsatzsteuer | summe zwischensumme netto",
        "en": "net total | total net | net amount | net | total excl vat | total excluding vat "
        "| total ex vat | amount excluding vat | total without vat | total before tax | "
        "taxable amount | total excl tax | net value | subtotal excl vat | total "
        "excluding gst | total excl gst | amount before tax | total exclusive of gst | "
        "total (excluding gst) | net sum | total amount excl vat | subtotal (excl vat) | "
        "invoice net total | sub total (excluding gst) | total sales (excluding gst) | "
        "total sales excluding gst | total excluding tax | net invoice amount | taxable "
        "value | total taxable | total net amount | total (excl vat) | total (ex vat) | "
        "total (excl gst) | amount excl vat | amount exc vat | total exc vat | total exc "
        "gst | total amount without vat | goods net | vatable | subtotal excluding tax | "
        "sub total excl gst | amt excl gst | total amt excl gst | subtotal without vat | "
        "subtotal (without vat) | total price excl vat | total amount before tax | amount "
        "without tax | total without tax | net price total | total (without vat) | total "
        "amount excluding tax | sum net | net subtotal | total amount (net) | tax basis "
        "total | tax basis | total tax basis | tax basis total amount | invoice total "
        "amount without vat | invoice total without vat | total amount exclusive of vat | "
        "total exclusive of vat | tax exclusive amount | vat exclusive total",
        "fr": "total ht | total hors taxes | montant ht | net ht | total hors tva | total net "
        "ht | montant hors taxes | total h.t. | base ht | montant total ht | sous-total "
        "ht | total general ht | montant net ht | prix total ht | total eur ht | total "
        "hors taxe | total hors t.v.a. | montant total hors taxes | total htva | montant "
        "hors tva | total € ht | somme ht | total facture ht | montant htva | sous total "
        "ht | total commande ht | montant net hors taxes | montant hors taxe | total (ht) "
        "| montant (ht) | total net hors taxes | net hors taxes | montant total de la "
        "facture hors tva | total montant ht | montant total hors tva | montant global ht "
        "| total facture hors taxes",
        "es": "base imponible | total sin iva | importe neto | total neto | base | neto | "
        "subtotal sin iva | total base imponible | importe sin iva | suma neto | base imp "
        "| total bruto sin iva | importe base | total (sin iva) | total antes de "
        "impuestos | importe total sin iva | subtotal (sin iva) | total base | bases "
        "imponibles | importe bruto sin iva | total excl iva | total sin impuestos | "
        "importe total sin impuestos | importe total de la factura sin iva | total "
        "importe bruto",
        "it": "imponibile | totale imponibile | totale netto | importo netto | netto | totale "
        "al netto iva | totale senza iva | netto imponibile | imponibile totale | totale "
        "escl iva | base imponibile | totale iva esclusa | imponibile iva | tot "
        "imponibile | totale netto iva | totale (iva esclusa) | totale (escl iva) | netto "
        "totale | importo imponibile | totale senza imposte | importo netto totale | "
        "somma netta | totale imponibile iva | importo totale senza iva | totale "
        "documento senza iva",
        "nl": "totaal excl btw | excl btw | netto | nettobedrag | totaal exclusief btw | "
        "bedrag excl btw | "
        "subtotaal excl btw | totaal netto | totaal ex btw | netto totaal | totaal zonder "
        "btw | totaalbedrag excl btw | netto bedrag | totaal (excl btw) | bedrag "
        "exclusief btw | totaal excl | subtotaal exclusief btw | factuurbedrag excl btw | "
        "totaal bedrag excl btw | totaalbedrag exclusief btw | totaal excl. | subtotaal "
        "(excl btw) | maatstaf van heffing | bedrag ex btw | totale netto | factuurbedrag "
        "exclusief btw | totaal factuur excl btw | totaalbedrag zonder btw",
    },
    "tax": {
        "de": "mwst | umsatzsteuer | mehrwertsteuer | ust | mwst-betrag | umsatzsteuerbetrag | "
        "mwst betrag | steuerbetrag | gesamt mwst | summe mwst | ust gesamt | summe "
        "umsatzsteuer | zuzüglich mwst | zzgl mwst | zzgl ust | zzgl umsatzsteuer | "
        "zuzüglich umsatzsteuer | gesamtbetrag umsatzsteuer | gesamt ust | enthaltene "
        "mwst | enthaltene umsatzsteuer | steuer | ust-betrag | mwst gesamt | "
        "gesamtbetrag mwst | zuzüglich ust | zuzüglich mehrwertsteuer | inkl mwst betrag "
        "| gesetzliche mwst | zuzügl mwst | zuzügl mehrwertsteuer | darin enthaltene mwst "
        "| enthält mwst | zuzüglich gesetzliche mwst | mwst total | total mwst | plus "
        "mwst | plus ust | umsatzsteuer gesamt | summe ust | enth mwst | steuersumme | "
        "steuern | steuer gesamt | gesamtsteuer | gesamtsteuerbetrag | summe steuer | "
        "summe steuern | mehrwertsteuerbetrag | zzgl gesetzl mwst | gesetzl mwst | zzgl "
        "mehrwertsteuer | enthaltene mehrwertsteuer | darin mwst | davon mwst | "
        "umsatzsteuer betrag | betrag mwst | betrag ust",
        "en": "vat | gst | tax | sales tax | vat amount | tax amount | total vat | total tax | "
        "vat total | total gst | gst amount | plus vat | amount of vat | total vat amount "
        "| tax total | gst total | sst | service tax | total tax amount | add gst | add "
        "vat | output tax | gst payable | vat payable | vat amt | gst amt | hst | pst | "
        "total taxes | total amount of vat | gst tax | sst amount | includes gst | gst "
        "included | vat included | includes vat | tax amt | tax (rm) | gst (rm) | value "
        "added tax | total gst payable | igst | cgst | sgst | incl vat of | vat charged | "
        "vat to pay | sum of vat | taxes | goods and services tax | total vat due | total "
        "value added tax | vat sum | invoice total vat amount | tax total amount | total "
        "value of vat",
        "fr": "tva | montant tva | total tva | t.v.a. | montant de la tva | dont tva | montant "
        "total tva | taxe | tva totale | taxes | total taxes | total de la tva | montant "
        "taxe | total t.v.a. | montant t.v.a. | tva incluse | montant des taxes | total "
        "taxe | tva due | montant total de la tva | total montant tva | tps | tvq | "
        "montant total de tva de la facture | montant total de tva | montant global tva",
        "es": "iva | cuota iva | importe iva | total iva | cuota | i.v.a. | impuestos | total "
        "impuestos | importe de iva | cuota de iva | igic | suma iva | cuota tributaria | "
        "impuesto | total impuesto | iva total | itbis | total i.v.a. | cuotas iva | "
        "cuota i.v.a. | importe impuestos | importe i.v.a. | iva incluido | importe cuota",
        "it": "iva | totale iva | importo iva | imposta | totale imposta | di cui iva | i.v.a. "
        "| totale imposte | imposte | tot iva | importo imposta | ammontare iva | totale "
        "i.v.a. | imposta totale | iva totale | importo dell'iva",
        "nl": "btw | btw bedrag | totaal btw | btw-bedrag | b.t.w. | bedrag btw | btw totaal | "
        "omzetbelasting | waarvan btw | totaal b.t.w. | totale btw | btw te betalen | "
        "totaal btw bedrag | totaalbedrag btw | inclusief btw bedrag",
    },
}
"""Phrases by field and language, parted by bars."""
