"""What documents call sums with tax, and what is to pay."""

from collections.abc import Mapping

TOTALS: Mapping[str, Mapping[str, str]] = {
    "gross": {
        "de": "gesamtbetrag | rechnungsbetrag | bruttobetrag | endbetrag | gesamtsumme | "
        "bruttosumme | gesamt brutto | rechnungssumme brutto | brutto | summe brutto | "
        "rechnungssumme | total brutto | gesamtbetrag brutto | rechnungsendbetrag | "
        "rechnungstotal | totalbetrag | rechnungsgesamtbetrag | gesamt inkl mwst | total "
        "inkl mwst | summe inkl mwst | gesamtbetrag inkl mwst | endsumme | betrag brutto "
        "| gesamtsumme brutto | summe mit mwst | gesamtbetrag inkl ust | gesamtbetrag mit "
        "mwst | brutto gesamt | bruttogesamtbetrag | rechnungsbetrag brutto | "
        "rechnungsbetrag inkl mwst | summe gesamt | gesamtpreis brutto | total eur | "
        "summe eur | gesamt eur | bruttoendbetrag | total chf | endbetrag brutto | "
        "gutschriftsbetrag | gutschriftbetrag | summe inkl ust | gesamtbetrag inklusive "
        "mwst | gesamtbetrag eur | gesamtsumme inkl mwst | total inkl mehrwertsteuer | "
        "brutto-summe | summe (brutto) | gesamt (brutto) | gesamtbetrag (brutto) | "
        "gesamtbetrag einschl mwst | endbetrag inkl mwst | endbetrag inkl ust | gesamt "
        "inkl ust | totalbetrag inkl mwst | gesamtbetrag inkl umsatzsteuer | "
        "rechnungsbetrag eur | bruttogesamt | brutto-gesamtbetrag | brutto total | "
        "gesamtrechnungsbetrag | total inkl | total chf inkl mwst | endbetrag eur | "
        "gesamtbetrag der rechnung mit umsatzsteuer | rechnungsgesamtbetrag brutto | "
        "gesamtbetrag mit ust",
        "en": "grand total | total incl vat | total including vat | invoice total | gross total "
        "| total gross | gross amount | gross | total inc vat | total amount incl vat | "
        "total with vat | invoice amount | total including gst | total incl gst | total "
        "amount incl gst | total inclusive of gst | total (inclusive of gst) | total "
        "sales (inclusive of gst) | total (incl gst) | total inc gst | total incl tax | "
        "total including tax | amount including vat | total rm incl gst | gross value | "
        "total sales incl gst | total sales inclusive gst | total amount inclusive of gst "
        "| total amt incl gst | total (including gst) | nett total | net total (incl gst) "
        "| total inclusive gst | final total | total sales | total amount | credit total "
        "| total amount payable | total credit | total (incl vat) | total (inc vat) | "
        "amount incl vat | amount inc vat | invoice total incl vat | total price incl vat "
        "| total amount including vat | total amount incl tax | total due incl vat | "
        "total invoice amount | total invoice value | invoice value | total nett | nett "
        "amount | total rm | total (rm) | total incl | sales total | order total | total "
        "price | total with tax | bill total | amt incl gst | total value | bill amount | "
        "total bill | total sales (rm) | total sales amount | grand total (rm) | total "
        "(gst incl) | total gst inclusive | total eur | total usd | total gbp | total "
        "inc. | total (eur) | total (usd) | total (gbp) | total amount (eur) | total "
        "amount (incl vat) | subtotal incl vat | gross sum | gross invoice amount | total "
        "amount of invoice | total amount (gross) | grand total amount | invoice total "
        "amount with vat | invoice total with vat | total amount inclusive of vat | total "
        "inclusive of vat | tax inclusive amount | vat inclusive total",
        "fr": "total ttc | montant ttc | total toutes taxes comprises | montant total ttc | "
        "total t.t.c. | total general | total general ttc | montant total | total facture "
        "| ttc | prix total ttc | total eur ttc | montant de la facture | toutes taxes "
        "comprises | total tvac | montant tvac | total tva comprise | total € ttc | total "
        "facture ttc | total de la facture | montant total de la facture | total avoir | "
        "total commande ttc | montant total tvac | total (ttc) | montant (ttc) | montant "
        "t.t.c. | total net ttc | montant facture | total tva incluse | montant toutes "
        "taxes comprises | montant tva comprise | total taxes comprises | montant total "
        "de la facture avec la tva | montant total avec tva | montant global ttc | total "
        "general toutes taxes comprises",
        "es": "total factura | importe total | total con iva | total iva incluido | total "
        "general | importe total factura | total euros | total documento | total factura "
        "euros | liquido | total a facturar | total bruto con iva | total (iva incluido) "
        "| importe factura | total iva incl | importe total con iva | total (con iva) | "
        "total eur | total € | total de la factura | total abono | importe con iva | "
        "importe total iva incluido | total impuestos incluidos | total imp incluidos | "
        "total compra | importe total de la factura | total ticket | total factura eur | "
        "total con impuestos | importe total de la factura con iva | importe total con "
        "impuestos | total a ingresar",
        "it": "totale fattura | totale documento | totale ivato | totale iva inclusa | importo "
        "totale | totale complessivo | totale lordo | totale con iva | totale generale | "
        "totale euro | tot fattura | lordo | tot documento | totale iva incl | totale eur "
        "| totale € | totale (iva inclusa) | importo totale documento | totale (iva incl) "
        "| importo lordo | importo fattura | totale incl iva | totale iva compresa | "
        "totale complessivo ivato | totale nota di credito | tot complessivo | importo "
        "complessivo | totale importo | totale comprensivo di iva | importo totale con "
        "iva | totale documento con iva",
        "nl": "totaal incl btw | totaalbedrag | factuurbedrag | totaal inclusief btw | totaal "
        "bedrag | eindtotaal | bruto | totaal factuur | bedrag incl btw | totaalbedrag "
        "incl btw | factuurtotaal | eindbedrag | bruto totaal | totaal (incl btw) | "
        "bedrag inclusief btw | totaal incl | factuurbedrag incl btw | totaalbedrag "
        "inclusief btw | totaal eur | totaal bruto | brutobedrag | totaal bedrag incl btw "
        "| totaal incl. | totaal te voldoen | totaal factuurbedrag | factuurbedrag "
        "inclusief btw | totaal factuur incl btw | totaalbedrag met btw",
    },
    "total": {
        "de": "summe | gesamt | total | betrag | gesamtpreis",
        "en": "total | amount | ttl | tot",
        "fr": "total | montant | net",
        "es": "total | importe | totales",
        "it": "totale | importo | tot | totali | importo pagato | pagato",
        "nl": "totaal | bedrag | som",
    },
    "payable": {
        "de": "zahlbetrag | zu zahlen | zu zahlender betrag | zahlungsbetrag | fälliger betrag "
        "| offener betrag | restbetrag | noch zu zahlen | forderungsbetrag | zu "
        "überweisen | überweisungsbetrag | restzahlung | auszahlungsbetrag | "
        "verbleibender betrag | zu bezahlen | rechnungsbetrag zu zahlen | noch offen | "
        "ausstehender betrag | fälliger gesamtbetrag | gesamtforderung | zahlbarer betrag "
        "| offener restbetrag | zu begleichender betrag | zu zahlender gesamtbetrag | "
        "zahllast | zu zahlen eur | abbuchungsbetrag | fällige zahlung | "
        "erstattungsbetrag | guthaben | fälliger betrag brutto | fälliger zahlungsbetrag "
        "| gesamtbetrag fällig | offener gesamtbetrag | zahlbetrag brutto",
        "en": "amount due | total due | balance due | amount payable | total payable | payable "
        "| due payable | amount to pay | please pay | to pay | total to pay | balance | "
        "net payable | payable amount | amount due for payment | amount owing | rounded "
        "total | total rounded | total after rounding | rounded total (rm) | total amount "
        "due | balance payable | net amount payable | amount owed | total after adj | "
        "total rounded (rm) | nett payable | due for payment | total rounded amount | "
        "total amt payable | total amt rounded | total due for payment | outstanding "
        "amount | amount outstanding | outstanding balance | total outstanding | total "
        "amount to pay | rounded amount | total bill amount | total payable amount | "
        "total (rounded) | to be paid | sum to pay | pay this amount | invoice balance | "
        "remaining balance | refund amount | amount refunded | total refund | rounded "
        "total rm | total after rounding adj | due payable amount | duepayable amount | "
        "total amount payable to you",
        "fr": "net a payer | montant a payer | total a payer | reste a payer | solde a payer | "
        "montant du | somme a payer | total du | a payer | solde | solde du | net a payer "
        "ttc | montant net a payer | total net a payer | reste du | net a payer en euros "
        "| a regler | montant a regler | total a regler | montant exigible | solde a "
        "regler | net a deduire | montant total a payer | net a regler | reste a regler | "
        "montant restant du | a votre charge | total a payer ttc",
        "es": "total a pagar | importe a pagar | a pagar | liquido a percibir | importe liquido "
        "| total liquido | pendiente de pago | saldo | importe pendiente | liquido total "
        "| saldo pendiente | neto a pagar | importe adeudado | importe total a pagar | "
        "total pendiente | cantidad a pagar | total adeudado | total liquido a percibir | "
        "importe pendiente de pago | total a ejecutar",
        "it": "totale da pagare | netto a pagare | da pagare | importo da pagare | totale a "
        "pagare | importo dovuto | saldo | totale dovuto | importo a saldo | netto da "
        "pagare | a pagare | residuo da pagare | da saldare | importo pagabile | saldo "
        "dovuto | totale da versare | totale netto a pagare | netto a pagare euro",
        "nl": "te betalen | te betalen bedrag | totaal te betalen | openstaand bedrag | nog te "
        "betalen | verschuldigd bedrag | saldo | te voldoen | restbedrag | te betalen "
        "totaal | bedrag te betalen | totaal te betalen bedrag | openstaand saldo | "
        "totaal verschuldigd | u betaalt | netto te betalen | te betalen eur | openstaand "
        "| te ontvangen | terug te ontvangen | te voldoen bedrag | nog te voldoen | "
        "openstaand factuurbedrag | bedrag te voldoen",
    },
    "prepaid": {
        "de": "anzahlung | bereits gezahlt | erhaltene anzahlungen | vorauszahlung | geleistete "
        "anzahlung | bereits bezahlt | abzüglich anzahlung | gezahlter betrag | "
        "abschlagszahlung | vorauszahlungen | abzüglich abschlagszahlung | anzahlungen | "
        "bisher gezahlt | geleistete zahlungen | erhaltene zahlungen | geleistete "
        "abschläge | bezahlter betrag | abschlagszahlungen | geleistete "
        "abschlagszahlungen | zahlungen | gezahlter betrag brutto | vorausbezahlter "
        "betrag | bisher geleistete zahlungen | bezahlt | bereits erhalten",
        "en": "prepaid | paid amount | amount paid | deposit | less deposit | already paid | "
        "payments received | prepayment | down payment | advance payment | paid to date | "
        "less paid | deposit paid | payment received | paid in advance | total paid | "
        "less payments | advance paid | payments | less amount paid | less advance | "
        "prepaid amount | paid | total prepaid amount | total prepaid | less prepaid",
        "fr": "acompte | acompte verse | deja paye | deja regle | montant paye | acomptes | "
        "avance | acomptes verses | montant deja paye | paiement recu | montant deja "
        "regle | acompte deja verse | deduction acompte | acompte recu | total acomptes | "
        "montant regle | deja verse | paye | regle | deja recu",
        "es": "anticipo | pagado | pago a cuenta | entrega a cuenta | anticipos | importe "
        "pagado | a cuenta | pagos a cuenta | importe anticipado | entregado a cuenta | "
        "ya pagado | total pagado | abonado | ya abonado",
        "it": "acconto | gia pagato | anticipo | acconti | importo pagato | acconto versato | "
        "acconto ricevuto | totale acconti | acconti versati | pagato | importo gia "
        "pagato | gia versato | versato",
        "nl": "aanbetaling | reeds betaald | vooruitbetaling | voorschot | aanbetaald | reeds "
        "voldaan | vooruitbetaald | betaald bedrag | ontvangen betalingen | voorschotten "
        "| reeds ontvangen | betaald | voldaan | reeds voldaan bedrag",
    },
}
"""Phrases by field and language, parted by bars."""
