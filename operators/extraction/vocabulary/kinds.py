"""What documents call themselves, and what only receipts say."""

from collections.abc import Mapping

KINDS: Mapping[str, Mapping[str, str]] = {
    "credit_note": {
        "de": "gutschrift | rechnungskorrektur | stornorechnung | korrekturrechnung | storno | "
        "gutschrift nr | gutschriftsnummer | storno-rechnung | rechnungsgutschrift | "
        "kaufmännische gutschrift | rechnungskorrektur nr",
        "en": "credit note | credit memo | credit invoice | credit advice | credit memorandum | "
        "refund note | credit note no | credit note number",
        "fr": "avoir | facture d'avoir | note de credit | avoir n° | facture d'avoir n° | note "
        "de credit n°",
        "es": "factura rectificativa | abono | nota de abono | nota de credito | factura de "
        "abono | factura de rectificacion | nota de credito n°",
        "it": "nota di credito | nota credito | nota di accredito | nota di credito n | nota di "
        "variazione",
        "nl": "creditnota | creditfactuur | credit nota | credit factuur | creditnota nummer",
    },
    "invoice": {
        "de": "rechnung | handelsrechnung | schlussrechnung | abschlagsrechnung | faktura | "
        "honorarrechnung | teilrechnung | rechnung nr | proforma-rechnung | "
        "rechnungsnummer | honorarnote | sammelrechnung | mahnung | anzahlungsrechnung | "
        "gebührenrechnung | jahresrechnung | monatsrechnung",
        "en": "invoice | tax invoice | bill | commercial invoice | sales invoice | proforma "
        "invoice | vat invoice | final invoice | invoice no | invoice number | simplified "
        "tax invoice | service invoice | invoice # | cash bill",
        "fr": "facture | facture n° | facture proforma | note d'honoraires | facture d'acompte "
        "| facture acquittee | facture de solde | facture pro forma",
        "es": "factura | factura proforma | factura n° | factura simplificada | factura "
        "ordinaria | minuta",
        "it": "fattura | parcella | fattura n | fattura immediata | fattura differita | fattura "
        "accompagnatoria | fattura di vendita | avviso di parcella",
        "nl": "factuur | rekening | nota | factuurnummer | verkoopfactuur | factuur nr | pro "
        "forma factuur | voorschotfactuur",
    },
    "receipt": {
        "de": "kassenbon | quittung | bon | kassenbeleg | kundenbeleg | bewirtungsbeleg | "
        "barverkauf | kassenzettel | beleg-nr | ihr einkauf | vielen dank für ihren "
        "einkauf | vielen dank für ihren besuch | es bediente sie | tse | signaturzähler "
        "| bonnummer",
        "en": "receipt | cash receipt | sales receipt | cash sale | thank you | cashier | goods "
        "sold are not returnable | official receipt | simplified tax invoice | thank you "
        "please come again | table no | please come again | goods sold are not refundable "
        "| thank you for shopping | customer copy | sales slip | cash bill | check no | "
        "pax",
        "fr": "ticket de caisse | recu | ticket | merci de votre visite | caisse | a bientot | "
        "ticket client | merci et a bientot",
        "es": "ticket | recibo | tique | factura simplificada | gracias por su visita | gracias "
        "por su compra | le atendio | le ha atendido | mesa | camarero",
        "it": "scontrino | ricevuta | documento commerciale | scontrino fiscale | arrivederci e "
        "grazie | grazie e arrivederci | documento commerciale di vendita o prestazione | "
        "ricevuta fiscale",
        "nl": "kassabon | bon | kwitantie | bedankt en tot ziens | klantticket | bedankt voor "
        "uw bezoek | kassaticket | bedankt voor uw aankoop | tot ziens",
    },
}
"""Phrases by kind and language, parted by bars."""
