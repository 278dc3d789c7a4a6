"""What the columns of a table of lines are called, up to discounts."""

from collections.abc import Mapping

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "position": {
        "de": "pos | position | lfd nr | nr | pos-nr | posnr | lfd | pos nr | zeile",
        "en": "no | # | item no | line | s/n | sr no | line no | sl no | pos | item # | sno | "
        "row | line # | item",
        "fr": "n° | ligne | pos | no ligne | n° ligne | repere",
        "es": "n° | linea | pos | num | posicion | n° linea",
        "it": "n | riga | pos | n riga | nr riga | num",
        "nl": "nr | regel | pos | positie | regelnr",
    },
    "item": {
        "de": "artikelnummer | art-nr | artikel-nr | artikelnr | art nr | artnr | artikel nr | "
        "artikel-nummer | bestell-nr | produktnummer | materialnummer | material | sku | "
        "ean | artikelcode | produkt-nr | leistungsnr | referenzen | mat-nr",
        "en": "item code | item number | sku | code | product code | part no | part number | "
        "article no | article number | item id | product no | article | product id | "
        "stock code | material | style no | model | catalog # | barcode | plu | upc | "
        "item ref | art no | article code | hsn | hsn/sac | product number",
        "fr": "reference | ref | code article | code | article | ref article | code produit | "
        "ref produit | reference article | n° article | n° d'article",
        "es": "codigo | referencia | ref | cod | articulo | cod articulo | codigo articulo | "
        "cod art | n° articulo",
        "it": "codice | cod | cod articolo | codice articolo | cod art | rif | articolo | cod "
        "prodotto | codice prodotto",
        "nl": "artikelnummer | artikelnr | code | artikelcode | art nr | artikel nr | "
        "productcode | artnr | art code | productnummer",
    },
    "description": {
        "de": "bezeichnung | beschreibung | artikel | leistung | produkt | artikelbezeichnung | "
        "text | leistungsbeschreibung | artikelbeschreibung | produktbezeichnung | "
        "artikel / leistung | produkt / leistung | warenbezeichnung | gegenstand | "
        "bezeichnung der leistung | tätigkeit | dienstleistung | art der leistung | "
        "positionstext | artikel/leistung | inhalt | leistungstext | artikelname",
        "en": "description | item | product | details | item description | service | "
        "description of goods | product description | particulars | activity | services | "
        "goods | product name | items | item name | description of service | description "
        "of services | task | work description | item & description | products | product "
        "/ service | item details | descr | desc | description/memo | title | service "
        "description | goods description | name",
        "fr": "designation | description | libelle | produit | prestation | article | intitule "
        "| designation des produits | nature | designation des prestations | objet | "
        "produits | descriptif | detail | description du produit | nom du produit | "
        "prestations | service",
        "es": "descripcion | concepto | articulo | producto | detalle | servicio | denominacion "
        "| descripcion del producto | conceptos | descripcion articulo",
        "it": "descrizione | articolo | prodotto | servizio | descrizione articolo | "
        "prestazione | descrizione dei beni | descrizione merce | descrizione prodotto | "
        "denominazione | oggetto | descrizione beni | prodotti | dettaglio | descrizione "
        "prestazione",
        "nl": "omschrijving | artikel | product | beschrijving | artikelomschrijving | dienst | "
        "productomschrijving | specificatie | werkzaamheden | activiteit",
    },
    "quantity": {
        "de": "menge | anzahl | anz | stück | stk | stunden | std | liefermenge | menge/einheit "
        "| einheiten | verbrauch | menge einheit | tage | stückzahl | gel menge | "
        "leistungsmenge",
        "en": "qty | quantity | units | hours | hrs | days | no of units | qty shipped | "
        "quantity shipped | amount of units | billed quantity | pcs | hrs/qty | hours/qty "
        "| ordered | shipped | qnty | quantity billed | quant | usage",
        "fr": "quantite | qte | nombre | nb | heures | qté livrée | qte facturee | quantites | "
        "jours | qtes | q | nbre | nb heures | nb jours",
        "es": "cantidad | cant | uds | unidades | horas | ud | ctd | unid",
        "it": "quantita | qta | q.ta | ore | qt | pezzi | quant | qtà | nr pezzi | q.tà | giorni",
        "nl": "aantal | hoeveelheid | uren | stuks | aant | geleverd",
    },
    "unit": {
        "de": "einheit | me | eh | einh | mengeneinheit | me. | vpe",
        "en": "unit | uom | u/m | um | per | unit of measure | measure | units of measure",
        "fr": "unite | u | un | unites",
        "es": "unidad | u.m. | um | unidad medida | u/m",
        "it": "um | u.m. | unita | misura | unita di misura | unità misura | un mis",
        "nl": "eenheid | ehd | eenh | per",
    },
    "price": {
        "de": "einzelpreis | preis | e-preis | ep | stückpreis | einzelpreis netto | nettopreis "
        "| preis/einheit | preis netto | einzel | einzelpreis (netto) | einheitspreis | "
        "stk-preis | preis/stk | netto-einzelpreis | preis pro einheit | stundensatz | "
        "preis/me | e.preis | einzelpreis eur | preis eur | preis je einheit | "
        "einzelbetrag | preis pro stück | einzelpreis € | ep netto | e-preis netto | "
        "einzelpr | preis € | stückpreis netto | arbeitspreis | stückpreis ohne ust | "
        "stückpreis (ohne ust) | ansatz | stundenansatz",
        "en": "unit price | price | rate | unit cost | price each | price per unit | each | "
        "unit price excl vat | net price | u/price | price/unit | unit net price | price "
        "(rm) | cost | price (eur) | unit rate | hourly rate | unit price (eur) | unit "
        "price (excl vat) | unit value | price excl vat | u.price | unit net | price ex "
        "vat | net unit price | item price | unit amount | unit price ex vat | price per "
        "item | list price | unit price € | unit price net | selling price | unit price "
        "(usd) | unit price (net) | price net | price/each | unit price without vat | "
        "s/price | rsp | price ea",
        "fr": "prix unitaire | pu | p.u. | prix unitaire ht | pu ht | prix | p.u. ht | prix u | "
        "prix unit | prix ht | tarif | tarif horaire | prix unit ht | prix unitaire (ht) "
        "| p.u. h.t. | p.u ht | prix unitaire net | pu net | prix unitaire hors taxes | "
        "prix net | taux horaire | p.u. net | prix unitaire htva | p. unitaire | prix u "
        "ht | pu eur | pu (ht) | prix unit. ht | cout unitaire | tarif unitaire | pv "
        "unitaire",
        "es": "precio | precio unitario | p unitario | precio/ud | precio unit | pvp | precio "
        "ud | tarifa | p.u. | precio neto | p/u | importe unitario | precio unidad | "
        "precio/unidad | precio unitario (sin iva) | p unit | precio sin iva | prec | "
        "coste unitario | valor unitario | precio hora",
        "it": "prezzo | prezzo unitario | prezzo un | prezzo unit | p unitario | tariffa | "
        "prezzo netto | pr unitario | importo unitario | costo unitario | prezzo u | "
        "prezzo unitario netto | p.u. | valore unitario | prezzo/unita | unitario",
        "nl": "prijs | stukprijs | eenheidsprijs | prijs per stuk | prijs per eenheid | tarief "
        "| prijs excl btw | uurtarief | prijs p/st | prijs/stuk | prijs excl | eenh prijs "
        "| netto prijs | prijs per | bedrag per stuk | stuksprijs | verkoopprijs | per "
        "stuk | p/st",
    },
    "discount": {
        "de": "rabatt | rabatt % | nachlass | rab | rab. % | rabatt in % | % rabatt",
        "en": "discount | disc | disc % | discount % | disc. amt | less | disc%",
        "fr": "remise | rem | remise % | % rem | rem % | rem. | r% | % remise | taux remise",
        "es": "dto | descuento | % dto | dto % | dcto | % dto. | desc | % desc",
        "it": "sconto | sc | sconto % | sc % | % sc | sconti | % sconto",
        "nl": "korting | korting % | krt | % korting | kort",
    },
}
"""Phrases by column and language, parted by bars."""
