"""What documents call their own number, and those of orders and customers."""

from collections.abc import Mapping

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "number": {
        "de": "rechnungsnummer | rechnungs-nr | rechnung nr | rechnung nummer | rechnungsnr | "
        "rechn-nr | re-nr | rg-nr | rgnr | belegnummer | beleg-nr | belegnr | rechnung # "
        "| bonnummer | bon-nr | bonnr | gutschriftsnummer | gutschrift nr | "
        "gutschriftnummer | gutschrift-nr | stornorechnung nr | rechnungs-id | faktura-nr "
        "| fakturanummer | faktura nr | rechnungskennung | quittungsnummer | "
        "handelsrechnung (380) nr | schlussrechnung nr | abschlagsrechnung nr | "
        "teilrechnung nr | rechnung-nr | rechnungs nr | rechnungs nummer | re nr | "
        "rechnungsnummer nr | beleg nr | quittung nr | quittungs-nr | bon nr | kassenbon "
        "nr | transaktionsnr | vorgangsnr",
        "en": "invoice number | invoice no | invoice nr | invoice # | invoice num | invoice id "
        "| inv no | inv # | invoice ref | bill number | bill no | bill # | receipt number "
        "| receipt no | receipt # | tax invoice no | tax invoice number | credit note "
        "number | credit note no | credit note # | document number | document no | doc no "
        "| inv number | credit memo number | credit memo no | rcpt # | rcpt no | receipt "
        "nr | tax invoice # | tax inv no | cash bill no | slip no | your invoice number | "
        "sales invoice no | trans no | trans # | transaction number | transaction no | "
        "transaction id | receipt id | rec no | sales no | order receipt no | check "
        "number | bill id | invoice no (please quote) | invoice ref no",
        "fr": "numero de facture | n° de facture | n° facture | facture n° | facture no | "
        "facture numero | no facture | no de facture | num facture | ref facture | "
        "reference facture | facture # | numero facture | avoir n° | numero d'avoir | n° "
        "d'avoir | n° avoir | no de la facture | facture d'avoir n° | numero du document "
        "| n° document | n° de document | facture num | reference de la facture | numero "
        "de la facture | facture d'acompte n° | n° ticket | ticket n° | n° de ticket | "
        "recu n° | n° recu | n° note | note n° | numero de ticket | no ticket | n° de "
        "piece | n° piece | piece n° | numero de piece | facture n | avoir n | n facture",
        "es": "numero de factura | n° de factura | n° factura | factura n° | factura no | num "
        "factura | no de factura | no factura | factura numero | factura num | numero "
        "factura | factura # | nro factura | nro de factura | factura nro | numero de "
        "documento | n° documento | factura simplificada | numero de abono | n° de abono "
        "| factura rectificativa n° | n° factura simplificada | num de factura | numero "
        "de la factura | numero de ticket | n° ticket | n° op | n° operacion | operacion "
        "n° | fra simp | fra simplificada | n° fra | fra n° | fra | n° recibo | recibo n° "
        "| num ticket | ticket n° | n° tique | num factura simplificada | n° fac | "
        "factura n | n factura | ticket n",
        "it": "numero fattura | fattura n | fattura nr | fattura no | fattura numero | n "
        "fattura | numero della fattura | nr fattura | n° fattura | fattura n° | num "
        "fattura | numero documento | n documento | documento n | nota di credito n | "
        "nota di credito nr | nota credito n | nr documento | numero doc | n doc | doc n "
        "| documento n° | nota di credito numero | n ricevuta | ricevuta n | numero "
        "ricevuta | n scontrino | scontrino n | doc gestionale n | documento commerciale "
        "n | ricevuta n° | n° documento",
        "nl": "factuurnummer | factuur nr | factuurnr | factuur nummer | factuur no | factuur # "
        "| creditnotanummer | creditnota nr | creditfactuurnummer | nota nummer | "
        "notanummer | bonnummer | bon nr | kassabon nr | factuurkenmerk | creditnummer | "
        "rekeningnummer factuur | kassabonnummer | ticketnummer | ticket nr | "
        "transactienummer | bonnr | documentnummer | document nr | documentnr | document "
        "nummer",
    },
    "number_weak": {
        "de": "nummer | nr | dokumentnummer | dokument nr | dokumentennummer | vorgangsnummer | "
        "beleg | referenz | rechnung | gutschrift | rechnungskorrektur | stornorechnung | "
        "bon | faktura | transaktion | vorgang",
        "en": "invoice | tax invoice | number | no | ref | reference | reference number | ref "
        "no | doc | slip | bill | credit note | credit memo | our reference | transaction no | "
        "trans no | trx | receipt | check # | order # receipt | sales no | # | our ref | "
        "trans # | transaction # | check no | chk | trans | ticket no | ticket # | ticket "
        "| transaction",
        "fr": "facture | numero | reference | ref | avoir | n° | piece n° | n° piece | note "
        "d'honoraires | piece | no | note de credit | note de credit n° | ticket | "
        "transaction | operation",
        "es": "factura | numero | referencia | ref | abono | n° | num | nota de credito | "
        "documento | transaccion | operacion",
        "it": "fattura | numero | documento | rif | n | nr | nota di credito | parcella | "
        "parcella n | scontrino | transazione | operazione",
        "nl": "factuur | nummer | kenmerk | referentie | creditnota | creditfactuur | nota | "
        "ons kenmerk | bon | transactie | transactienr | document",
    },
    "order": {
        "de": "bestellnummer | bestell-nr | ihre bestellung | bestellung | bestellung nr | ihre "
        "bestellnummer | auftragsnummer | ihre auftragsnummer | auftrags-nr | "
        "bestellreferenz | auftrag nr | bestellnr | ihr auftrag | bestellung vom | ihre "
        "bestell-nr | kundenbestellnummer | ihr bestellzeichen | auftragsnr | auftrag | "
        "ihre bestellung nr | bestell nr | auftrag ihrerseits",
        "en": "purchase order | purchase order number | purchase order no | po number | po no | "
        "po # | p.o. | po | your order | order number | order no | order # | order ref | "
        "order reference | customer po | your order no | customer order | your po | p.o. "
        "no | p.o. number | p.o. # | your order number | sales order | buyer order no | "
        "purchase order ref | customer order no | customer po number | order id | order",
        "fr": "numero de commande | n° de commande | n° commande | commande n° | bon de "
        "commande | votre commande | bon de commande n° | commande | ref commande | "
        "reference commande | no de commande | no commande | votre commande n° | numero "
        "commande | votre reference commande | votre n° de commande | commande n",
        "es": "numero de pedido | n° de pedido | n° pedido | pedido n° | pedido | su pedido | "
        "orden de compra | pedido no | num pedido | su pedido n° | numero pedido | no de "
        "pedido | orden de compra n° | pedido n",
        "it": "numero ordine | ordine n | n ordine | ordine | vostro ordine | ordine d'acquisto "
        "| rif ordine | ordine nr | ordine cliente | nr ordine | vs ordine | ordine di "
        "acquisto | vs ordine n | n° ordine",
        "nl": "bestelnummer | ordernummer | uw bestelnummer | bestelling | inkooporder | "
        "inkoopordernummer | order nr | uw order | opdrachtnummer | uw inkoopnummer | po "
        "nummer | uw ordernummer | uw opdracht | inkoopnummer",
    },
    "customer": {
        "de": "kundennummer | kunden-nr | kundennr | debitorennummer | kunde | kd-nr | kunden "
        "nr | ihre kundennummer | kdnr | debitor | debitoren-nr | mitgliedsnummer | "
        "kunden-id | vertragskonto | debitorennr | kd nr | kundin | kassierer | bediener "
        "| kasse | tisch | filiale | markt | terminal | bearbeiter | ansprechpartner",
        "en": "customer number | customer no | customer id | customer # | account number | "
        "account no | client number | client no | client id | customer code | account id "
        "| customer | cust no | customer account | acct no | member no | member id | "
        "cashier | table | counter | pos no | store | till | terminal | staff | "
        "salesperson | sales person | sales rep | member | operator | server | station | "
        "register | a/c no | cust id | lane | shift | pax | job no | card no | approval "
        "code | auth code | debtor code | user id",
        "fr": "numero client | n° client | code client | no client | compte client | client n° "
        "| numero de client | n° de client | votre n° client | caisse | vendeur | votre "
        "numero client",
        "es": "numero de cliente | n° cliente | codigo cliente | codigo de cliente | cliente n° "
        "| n° de cliente | num cliente | cod cliente | caja | vendedor | no cliente | "
        "mesa | camarero",
        "it": "codice cliente | cod cliente | n cliente | numero cliente | cliente n | cassa | "
        "operatore | tavolo | cod cli",
        "nl": "klantnummer | klantnr | debiteurnummer | debiteurennummer | uw klantnummer | "
        "debiteur | klant nr | relatienummer | deb nr | klantcode | kassa | medewerker | "
        "debiteurnr | klant no | klant id | tafel",
    },
    "other_number": {
        "de": "projekt | projektnummer | angebot | angebotsnummer | leasingnummer | seite | "
        "position | artikelnummer | sendung | lieferantennummer | personal-nr | objekt | "
        "sendungsnummer | kassenzeichen | zählerkennung | angebot nr | "
        "auftragsbestätigung | unser zeichen | mandatsreferenz | gläubiger-id | mandat | "
        "trace-nr | ta-nr | fg-nr",
        "en": "project | quote number | quotation | page | job number | shipment | tracking "
        "number | supplier number | vendor number | waybill | serial no | quote no | "
        "mandate reference | vehicle no | credit card | project no | supplier code | "
        "vendor no | quotation no | co reg no | reg no | roc no",
        "fr": "devis | devis n° | page | dossier | n° dossier | projet | n° de devis | affaire "
        "| notre reference | chantier | mandat | rum",
        "es": "presupuesto | pagina | proyecto | expediente | mandato | contador | cups",
        "it": "preventivo | pagina | commessa | cig | cup",
        "nl": "offerte | offertenummer | pagina | projectnummer | leverancier | werkorder | "
        "betalingskenmerk | offerte nr | project | mandaat",
    },
    "buyer_reference": {
        "de": "ihr zeichen | ihre referenz | ihre ref | leitweg-id | leitweg id | "
        "kundenreferenz | käuferreferenz | ihr aktenzeichen | kostenstelle | ihre kostenstelle",
        "en": "your reference | your ref | customer reference | customer ref | buyer reference "
        "| client reference | client ref | cost centre | cost center",
        "fr": "votre reference | vos ref | votre ref | v/ref | ref client | reference client | "
        "vos references | vos réf | code service | centre de cout",
        "es": "su referencia | su ref | s/ref | ref cliente | referencia cliente | referencia "
        "del cliente | vuestra referencia | centro de coste",
        "it": "vs rif | vostro riferimento | vs riferimento | rif cliente | riferimento cliente "
        "| vostro rif | codice ufficio | centro di costo",
        "nl": "uw referentie | uw kenmerk | uw ref | klantreferentie | referentie klant | "
        "kostenplaats",
    },
    "contract": {
        "de": "vertragsnummer | vertrag | vertrag nr | vertrags-nr | rahmenvertrag | vertragsnr",
        "en": "contract | contract number | contract no | contract reference | agreement no | "
        "contract ref | contract # | agreement | agreement number",
        "fr": "contrat | contrat n° | n° de contrat | numero de contrat | n° contrat | "
        "reference contrat",
        "es": "contrato | n° contrato | numero de contrato | n° de contrato | contrato n°",
        "it": "contratto | contratto n | numero contratto | n contratto | rif contratto",
        "nl": "contract | contractnummer | contract nr | contractnr | overeenkomst",
    },
    "despatch": {
        "de": "lieferschein | lieferschein-nr | lieferscheinnummer | lieferschein nr | ls-nr | "
        "lieferscheinnr",
        "en": "delivery note | delivery note no | delivery note number | do no | delivery order "
        "| d/o no | despatch note | delivery no | dispatch note | packing slip",
        "fr": "bon de livraison | bl n° | n° bl | bon de livraison n° | n° de bl | n° de bon de "
        "livraison",
        "es": "albaran | albaran n° | n° albaran | numero de albaran | n° de albaran",
        "it": "ddt | ddt n | rif ddt | bolla | d.d.t. | numero ddt | documento di trasporto",
        "nl": "pakbon | pakbonnummer | pakbon nr | leverbon | pakbonnr | leverbon nr | "
        "leverbonnummer",
    },
    "preceding": {
        "de": "zu rechnung | zur rechnung | originalrechnung | bezug rechnung | "
        "ursprungsrechnung | korrektur zu rechnung | storno zu rechnung | gutschrift zu "
        "rechnung | bezieht sich auf rechnung | zu rechnung nr | zur rechnung nr | "
        "ursprüngliche rechnung | rechnungsbezug | bezugsrechnung | gutschrift zur "
        "rechnung | ursprüngliche rechnungsnummer | original-rechnung | original "
        "rechnungsnummer | bezug: rechnung | vorherige rechnung",
        "en": "original invoice | original invoice no | original invoice number | ref invoice | "
        "credit for invoice | against invoice | relates to invoice | related invoice | "
        "invoice reference | invoice credited | corrected invoice | in respect of invoice "
        "| preceding invoice | correction of invoice | reference invoice | refers to "
        "invoice | regarding invoice | previous invoice | re invoice",
        "fr": "facture d'origine | facture initiale | sur facture | annule la facture | avoir "
        "sur facture | facture d'origine n° | relatif a la facture | facture concernee | "
        "reference facture | sur facture n° | facture de reference | concerne la facture "
        "| facture rectifiee | annule et remplace la facture",
        "es": "factura original | factura rectificada | rectifica a | rectifica la factura | "
        "factura origen | abono de factura | factura de origen | factura que rectifica | "
        "factura original n° | factura rectificada n° | rectifica a la factura | en "
        "relacion con la factura | referencia factura",
        "it": "fattura originale | rif fattura | storno fattura | riferimento fattura | fattura "
        "di riferimento | fattura collegata | a storno della fattura | fattura di origine "
        "| su fattura | fattura rettificata | rettifica fattura | a rettifica della "
        "fattura | fattura stornata",
        "nl": "oorspronkelijke factuur | originele factuur | betreft factuur | op factuur | "
        "creditering van factuur | factuur waarop | inzake factuur | bij factuur | "
        "correctie op factuur | oorspronkelijk factuurnummer | origineel factuurnummer",
    },
}
"""Phrases by field and language, parted by bars."""
