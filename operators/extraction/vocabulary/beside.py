"""What documents call amounts that stand beside the totals."""

from collections.abc import Mapping

BESIDE: Mapping[str, Mapping[str, str]] = {
    "rounding": {
        "de": "rundung | rundungsdifferenz | rundungsbetrag | rundungsbetrag brutto",
        "en": "rounding | rounding adjustment | rounding adj | round off | rounding amount | "
        "rounded | round adj | rounding (rm) | rnd adj | rounding adjust | bill rounding "
        "| rounding adjustments | cash rounding | round amt | round | rounding difference "
        "| rounding diff | roundoff",
        "fr": "arrondi | montant d'arrondi",
        "es": "redondeo",
        "it": "arrotondamento",
        "nl": "afronding | afrondingsverschil",
    },
    "allowance": {
        "de": "rabatt | nachlass | abzüglich rabatt | gesamtbetrag der abschläge | "
        "preisnachlass | abschlag | abzüge | gesamtrabatt | abzgl rabatt | summe "
        "abschläge | gesamtbetrag der nachlässe | gutschein | summe nachlässe | "
        "sonderrabatt | mengenrabatt | treuerabatt | skontobetrag auf dokumentebene | "
        "ersparnis | kundenrabatt | stammkundenrabatt | aktionsrabatt | projektrabatt | "
        "firmenrabatt | summe nachlässe netto | summe abschläge netto | summe der "
        "nachlässe | gesamtbetrag abschläge",
        "en": "discount | less discount | total discount | allowance | allowances | rebate | "
        "total allowances | trade discount | sum of allowances | invoice discount | "
        "special discount | total disc | discount amt | total discounts | voucher | "
        "discount amount | disc amt | item discount | bill disc | volume discount | "
        "customer discount | loyalty discount | promotional discount | bulk discount | "
        "allowance total amount | sum of allowances on document level | total allowance "
        "amount",
        "fr": "remise | remise globale | rabais | ristourne | total remise | total remises | "
        "escompte accorde | montant remise | total des remises | remise exceptionnelle | "
        "reduction | remise commerciale | remise client | remise fidelite | remise sur "
        "total",
        "es": "descuento | dto | total descuento | descuentos | total descuentos | dto "
        "comercial | descuento global | importe descuento | descuento comercial | "
        "bonificacion | descuento cliente | descuento especial",
        "it": "sconto | totale sconto | sconti | totale sconti | abbuono | importo sconto | "
        "sconto incondizionato | sconto finale | sconto cliente | sconto extra",
        "nl": "korting | totaal korting | kortingen | factuurkorting | extra korting | "
        "kortingsbedrag | klantkorting | actiekorting | staffelkorting",
    },
    "charge": {
        "de": "versandkosten | versand | fracht | frachtkosten | lieferkosten | zuschlag | "
        "zuschläge | gesamtbetrag der zuschläge | porto | verpackung | porto und "
        "verpackung | versand und verpackung | mindermengenzuschlag | transportkosten | "
        "verpackungskosten | summe zuschläge | bearbeitungsgebühr | "
        "versandkostenpauschale | versand & verpackung | porto & verpackung | fracht und "
        "verpackung | zustellgebühr | versandkosten netto | summe zuschläge netto | summe "
        "der zuschläge | gesamtbetrag zuschläge",
        "en": "shipping | freight | shipping & handling | shipping and handling | postage | "
        "delivery charge | delivery | surcharge | charges | total charges | handling | "
        "carriage | service charge | shipping cost | packing | svc charge | svr chg | "
        "shipping charges | delivery fee | sum of charges | postage & packing | handling "
        "fee | shipping costs | serv charge | ser charge | delivery charges | freight "
        "charges | postage and packing | service chrg | svc chg | shipping fee | freight "
        "cost | packaging | charge total amount | sum of charges on document level | "
        "total charge amount",
        "fr": "frais de port | port | frais de livraison | transport | frais d'expedition | "
        "frais | frais de port ht | majoration | frais de transport | total frais | frais "
        "de dossier | participation aux frais de port | livraison | eco-participation | "
        "eco participation | frais de gestion | port ht | frais d'envoi | frais de port "
        "et emballage",
        "es": "portes | gastos de envio | transporte | recargo | envio | gastos | cargos | "
        "total cargos | gastos de transporte | gastos envio | coste de envio | embalaje",
        "it": "spese di spedizione | trasporto | spese | spese trasporto | spese di trasporto | "
        "spedizione | maggiorazione | spese incasso | imballo | bollo | spese accessorie "
        "| spese bancarie | contributo spese | spese spedizione | spese di incasso",
        "nl": "verzendkosten | vrachtkosten | portokosten | toeslag | transportkosten | "
        "bezorgkosten | administratiekosten | verpakkingskosten | orderkosten | vracht | "
        "leveringskosten | handling kosten | toeslagen",
    },
    "tendered": {
        "de": "bar | gegeben | bargeld | rückgeld | zurück | wechselgeld | ec-karte | "
        "kartenzahlung | girocard | kreditkarte | gegeben bar | rückgeld bar | kreditk | "
        "ec-cash | geg. bar | bar bezahlt | retour | geg visa | geg mastercard | geg ec "
        "karte | zahlung bar | karte | maestro | barzahlung | ec karte",
        "en": "cash | change | tendered | amount tendered | cash tendered | change due | card | "
        "visa | mastercard | credit card | debit card | cash received | tender | paid by "
        "cash | cash change | balance change | visa card | eftpos | cash rm | change rm | "
        "cash paid | received | amount received | total tendered | total paid amount | "
        "payment | master | credit | total saving | total savings | you saved | you save "
        "| debit | nets | tng | pay amount | payment mode | amount paid cash | change "
        "amount | received amount | payment amount | mydebit | cash amount | amex | "
        "american express | paypal",
        "fr": "especes | rendu | monnaie | carte bancaire | cb | rendu monnaie | carte | a "
        "rendre | cheque | recu | monnaie rendue | rendu especes | espece",
        "es": "efectivo | cambio | entregado | tarjeta | entrega | su cambio | recibido | "
        "devolucion | metalico | a devolver | entregado efectivo | tarjeta credito",
        "it": "contanti | resto | contante | carta | pagamento contante | carta di credito | "
        "pagamento elettronico | bancomat | importo pagato contanti | non riscosso | "
        "pagamento elettr",
        "nl": "contant | wisselgeld | pinnen | pin | ontvangen | terug | betaald pin | betaald "
        "contant | bankpas | gepind | retour",
    },
    "withheld": {
        "de": "skontobetrag | skonto | steuerabzug | bauabzugsteuer | sicherheitseinbehalt",
        "en": "withholding tax | withholding | retention | early payment discount | cash "
        "discount | cis deduction",
        "fr": "escompte | retenue de garantie | retenue",
        "es": "irpf | retencion | retencion irpf | total irpf | descuento pronto pago | recargo "
        "de equivalencia",
        "it": "ritenuta | ritenuta d'acconto | ritenuta di acconto | totale ritenuta | rivalsa "
        "inps | cassa previdenza | contributo integrativo",
        "nl": "betalingskorting | g-rekening | kredietbeperking | kredietbeperkingstoeslag",
    },
    "carried": {
        "de": "übertrag | zwischensumme übertrag | seitenübertrag | übertrag von seite | "
        "übertrag auf seite | zwischensumme seite | übertrag seite | übertrag von seite 1 "
        "| vortrag | saldovortrag",
        "en": "carried forward | brought forward | carry over | carried over | page total | "
        "balance brought forward | previous balance | balance b/f | subtotal b/f | "
        "subtotal c/f | total b/f | total c/f | amount brought forward | amount carried "
        "forward",
        "fr": "report | a reporter | total page | solde precedent | solde anterieur | report "
        "page precedente | total reporte | sous-total reporte | report de la page "
        "precedente | montant a reporter",
        "es": "suma y sigue | suma anterior | saldo anterior | viene de la pagina anterior | "
        "suma de la pagina anterior | a trasladar | pasa a la pagina siguiente",
        "it": "riporto | a riportare | riportare | saldo precedente | riporto da pagina "
        "precedente | da riportare",
        "nl": "transport | overdracht | vorig saldo | transporteren | overgebracht | subtotaal "
        "transport",
    },
    "count": {
        "de": "anzahl artikel | artikelanzahl | anzahl positionen | stückzahl | anzahl | "
        "punktestand | punkte",
        "en": "total qty | total quantity | item count | items | no of items | total items | "
        "qty | item | total item | no of item | total no of items | number of items | "
        "points | item qty | total qty sold | total unit | total units | items sold | "
        "total weight",
        "fr": "nombre d'articles | nb articles | articles | nb d'articles | nbre articles",
        "es": "num articulos | articulos | unidades | total articulos | n° articulos | total "
        "unidades",
        "it": "n pezzi | numero articoli | articoli | totale pezzi | num pezzi | totale colli",
        "nl": "aantal artikelen | artikelen | aantal | totaal aantal",
    },
}
"""Phrases by field and language, parted by bars."""
