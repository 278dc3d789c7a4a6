"""What documents call dates, periods and terms of payment."""

from collections.abc import Mapping

DAYS: Mapping[str, Mapping[str, str]] = {
    "date": {
        "de": "datum | den",
        "en": "date | dated | issued | date & time | date time",
        "fr": "date | le | en date du | du",
        "es": "fecha | de fecha",
        "it": "data | del | li",
        "nl": "datum | d.d. | dd",
    },
    "issue_date": {
        "de": "rechnungsdatum | belegdatum | ausstellungsdatum | ausgestellt am | rechnung vom "
        "| rechnungs- und leistungsdatum | liefer- und rechnungsdatum | gutschriftsdatum "
        "| rechnungs- und lieferdatum | rechnungs-/lieferdatum "
        "| druckdatum beleg | datum der rechnung | rechnungsdatum = lieferdatum | "
        "rechnungs-datum | fakturadatum | rg-datum | re-datum | dokumentdatum | "
        "gutschriftdatum | datum der ausstellung | rechnungs datum | "
        "rechnungs-/lieferdatum | rechnungsdatum/lieferdatum | rechnungsdatum und "
        "lieferdatum",
        "en": "invoice date | date of invoice | bill date | date of issue | issue date | issued "
        "on | issued at | inv date | date issued | billing date | receipt date | tax "
        "point | document date | invoice dated | tax date | credit note date | doc date | "
        "date of receipt | invoice/tax date | tax invoice date | bill dt | date of bill | "
        "invoice dt | purchase date | invoice issue date",
        "fr": "date de facture | date facture | date de facturation | date d'emission | date de "
        "la facture | facture du | emise le | etablie le | date du document | facturee le "
        "| fait le | edite le | date avoir | date de l'avoir | emis le | facture en date "
        "du | date emission",
        "es": "fecha de factura | fecha factura | fecha de emision | fecha emision | fecha de "
        "expedicion | fecha expedicion | fecha de la factura | emitida el | fecha de "
        "facturacion | fecha documento | fecha del documento | fecha fra | fecha y hora",
        "it": "data fattura | data di emissione | data emissione | data documento | data della "
        "fattura | fattura del | emessa il | data doc | data di fatturazione | data di "
        "fattura | del giorno",
        "nl": "factuurdatum | datum factuur | factuur datum | facturatiedatum | datum van de "
        "factuur | uitgiftedatum | datum van uitgifte | datum creditnota | "
        "creditnotadatum | boekdatum",
    },
    "due_date": {
        "de": "fällig am | fälligkeit | fälligkeitsdatum | zahlbar bis | zahlbar bis zum | zu "
        "zahlen bis | zahlungsziel | fällig | zahlungsfrist | bitte überweisen sie bis "
        "zum | fällig bis | zahltermin | zahlungstermin | zahlung bis | netto bis | "
        "überweisen sie bis zum | bis zum | bis spätestens | ohne abzug bis | zahlbar "
        "netto bis | spätestens zum | zahlbar am | wird am | abbuchung am | zahlbar "
        "spätestens am | zahlbar bis spätestens | bitte zahlen sie bis | bitte überweisen "
        "bis | zu begleichen bis",
        "en": "due date | payment due | due on | pay by | payable by | payment due date | due "
        "by | due | please remit until | remit until | payment date | pay before | date "
        "due | to be paid by | payment due by | amount due by | invoice due date | pay "
        "until | please pay by | due until | payable until | net due | balance due by | "
        "please pay before | payable on | expiry date | payment is due by | payment is "
        "due on | to be paid before | payment due on",
        "fr": "date d'echeance | echeance | a payer avant le | payable le | date limite de "
        "paiement | a payer le | date de paiement | payable avant le | a regler avant le "
        "| reglement le | payable au plus tard le | a regler au plus tard le | date "
        "d'exigibilite | echeance le | echeance au | date echeance | a payer avant | "
        "paiement avant le | date limite de reglement | date de reglement | pour le | au "
        "plus tard le | payable jusqu'au | a regler avant | paiement au plus tard le",
        "es": "fecha de vencimiento | vencimiento | vence el | fecha vencimiento | fecha limite "
        "de pago | pagar antes del | vencimientos | fecha de pago | fecha vto | vto | "
        "pagadero antes del | vence | a pagar antes del | pagar antes de | a pagar antes "
        "de | pago antes del | fecha de cobro | pagadero el | a pagar el",
        "it": "data di scadenza | scadenza | data scadenza | scadenza pagamento | da pagare "
        "entro | pagamento entro | entro il | scadenze | pagabile entro il | scadenza il "
        "| data pagamento | da saldare entro il | pagamento entro il | da pagare entro il "
        "| scade il | entro e non oltre il",
        "nl": "vervaldatum | vervaldag | te betalen voor | uiterste betaaldatum | betalen voor "
        "| uiterlijk | betaaldatum | uiterste betaaldag | voldoen voor | te voldoen voor "
        "| betaal voor | te betalen uiterlijk | vervalt op | betalen uiterlijk op | "
        "uiterste vervaldatum | te voldoen op | te betalen uiterlijk op | gelieve te "
        "betalen voor | te voldoen uiterlijk | uiterlijk te voldoen op | uiterlijk op | "
        "te betalen vóór | graag betalen voor",
    },
    "delivery_date": {
        "de": "liefer- und rechnungsdatum | rechnungs- und leistungsdatum | "
        "rechnungs- und lieferdatum | rechnungs-/lieferdatum | rechnungsdatum = lieferdatum | "
        "lieferdatum | leistungsdatum | liefertermin | datum der lieferung | datum der "
        "leistung | liefer- und leistungsdatum | liefer-/leistungsdatum | "
        "leistungserbringung | geliefert am | lieferung am | leistung vom | tag der "
        "lieferung | lieferung vom | lieferdatum/leistungsdatum | leistungs-/lieferdatum "
        "| tag der leistung | leistungstag | lieferschein vom | versanddatum | geliefert "
        "| lieferung | lieferzeitpunkt | leistung am | ausgeliefert am | erbracht am",
        "en": "delivery date | date of delivery | date of supply | supply date | service date | "
        "shipped on | ship date | date shipped | delivered on | delivered | date of "
        "service | shipping date | date of delivery/service | dispatch date | despatch "
        "date | despatched | dispatched | despatched on | dispatched on | supplied on | "
        "goods delivered | supplied | shipped",
        "fr": "date de livraison | date de prestation | livre le | date livraison | date de la "
        "prestation | date d'execution | date de vente | date de realisation | livraison "
        "le | date d'expedition | livre | expedie le | livraison | livraison du | date de "
        "la livraison | expediee le",
        "es": "fecha de entrega | fecha entrega | fecha de operacion | fecha operacion | fecha "
        "de servicio | fecha de prestacion | fecha albaran | fecha de envio | entregado "
        "el | fecha de suministro | entrega | fecha de la entrega | entregado",
        "it": "data di consegna | data consegna | data ddt | data di spedizione | data "
        "prestazione | consegnato il | consegna | consegna del | data di fornitura | "
        "spedito il",
        "nl": "leverdatum | leveringsdatum | datum levering | afleverdatum | prestatiedatum | "
        "geleverd op | datum van levering | datum dienst | leverdag | geleverd | levering "
        "| levering op | verzonden op",
    },
    "period": {
        "de": "leistungszeitraum | abrechnungszeitraum | zeitraum | lieferzeitraum | "
        "rechnungszeitraum | finanzrate vom",
        "en": "billing period | service period | invoice period | period | period of service | "
        "for the period | period covered | billing cycle | statement period | invoicing "
        "period",
        "fr": "periode de facturation | periode | periode de prestation | periode du | pour la "
        "periode du",
        "es": "periodo de facturacion | periodo | periodo facturado | periodo de servicio",
        "it": "periodo di fatturazione | periodo | periodo di riferimento | competenza",
        "nl": "factuurperiode | periode | facturatieperiode | over de periode | prestatieperiode",
    },
    "terms": {
        "de": "zahlungsbedingungen | zahlungsbedingung | zahlungskonditionen | zahlungsweise | "
        "zahlbar | zahlungsart | zahlungsziel | zahlungsmethode | zahlungsvereinbarung",
        "en": "payment terms | terms of payment | terms | payment conditions | payment term | "
        "payment method | credit terms",
        "fr": "conditions de paiement | conditions de reglement | modalites de paiement | mode "
        "de reglement | conditions de règlement | mode de paiement | delai de paiement | "
        "modalites de reglement | reglement",
        "es": "condiciones de pago | forma de pago | metodo de pago | terminos de pago | modo "
        "de pago | plazo de pago",
        "it": "condizioni di pagamento | modalita di pagamento | termini di pagamento | "
        "pagamento | mod pagamento | tipo pagamento",
        "nl": "betalingsvoorwaarden | betalingsconditie | betalingstermijn | betaaltermijn | "
        "betalingscondities | betaalwijze | betalingswijze | betaalvoorwaarden",
    },
}
"""Phrases by field and language, parted by bars."""
