"""What stands over or before the names and addresses of parties."""

from collections.abc import Mapping

PARTIES: Mapping[str, Mapping[str, str]] = {
    "seller": {
        "de": "verkäufer | lieferant | rechnungssteller | leistungserbringer | auftragnehmer | "
        "aussteller | rechnung von | absender | verkäuferin | rechnungsaussteller | "
        "anbieter | verkauft von | verkauft durch | rechnungssteller/in",
        "en": "seller | from | supplier | vendor | bill from | issued by | sold by | service "
        "provider | billed by | remit to | invoice from | payee | biller | merchant | "
        "exporter | our details | provider | beneficiary | supplier details | shipped "
        "from | consignor",
        "fr": "vendeur | fournisseur | emetteur | prestataire | emis par | expediteur | de la "
        "part de | emetteur de la facture | societe emettrice | vendu par",
        "es": "vendedor | proveedor | emisor | expedidor | empresa | datos del emisor | datos "
        "de la empresa | prestador | emitido por | facturado por | vendido por",
        "it": "venditore | fornitore | cedente | cedente/prestatore | emittente | mittente | "
        "prestatore | cedente prestatore | venduto da",
        "nl": "verkoper | leverancier | afzender | van | opdrachtnemer | dienstverlener | "
        "uitgereikt door | verkocht door",
    },
    "buyer": {
        "de": "käufer | kunde | rechnungsempfänger | rechnungsadresse | leistungsempfänger | "
        "käufer/leistungsempfänger | auftraggeber | rechnung an | rechnungsanschrift | "
        "empfänger | besteller | an | käuferin | kundendaten | kundenadresse | "
        "rechnungsempfänger/in | abnehmer | debitor",
        "en": "bill to | buyer | customer | billed to | invoice to | sold to | client | to | "
        "billing address | invoice address | attention | attn | bill to address | "
        "recipient | invoiced to | customer details | purchaser | bill-to | sold-to | "
        "sold to party | customer name | importer | billing details | invoice recipient | "
        "customer address | billing to | charge to | prepared for | payer | issued to | "
        "your details | bill to name | client name | buyer details | billing information "
        "| client details | m/s | messrs | consignee",
        "fr": "client | facture a | adresse de facturation | destinataire | acheteur | facturé "
        "à | adresse facturation | doit | a l'attention de | adressee a | vendu a | "
        "societe | facturer a | coordonnees client | adresse du client | pour le compte "
        "de | client facture | informations client | client final | adressé à | preneur",
        "es": "cliente | facturar a | comprador | destinatario | datos del cliente | receptor | "
        "direccion de facturacion | facturado a | datos cliente | datos de facturacion | "
        "datos del receptor | razon social | facturacion | factura a | cliente "
        "facturacion | para",
        "it": "cliente | spett.le | spettabile | destinatario | cessionario | "
        "cessionario/committente | intestatario | committente | acquirente | fatturare a "
        "| spett | fatturato a | intestato a | indirizzo di fatturazione | cessionario "
        "committente | egregio | dati cliente | gent.le | destinatario fattura",
        "nl": "klant | factuuradres | koper | afnemer | factuur aan | debiteur | t.a.v. | "
        "gefactureerd aan | opdrachtgever | aan | geadresseerde | factureren aan | "
        "klantgegevens | ter attentie van | facturatieadres | afnemer gegevens",
    },
    "delivery_to": {
        "de": "lieferadresse | lieferanschrift | versandadresse | lieferung an | warenempfänger "
        "| versand an | abweichende lieferadresse | lieferort | leistungsort",
        "en": "ship to | delivery address | deliver to | shipping address | shipped to | "
        "delivered to | ship-to | ship to address | delivery to | service address | place "
        "of delivery",
        "fr": "adresse de livraison | livre a | livraison a | lieu de livraison | adresse "
        "livraison | livrer a | expedie a",
        "es": "direccion de entrega | enviar a | direccion de envio | entregar en | lugar de "
        "entrega | direccion entrega | envio a",
        "it": "indirizzo di consegna | luogo di destinazione | destinazione | destinazione "
        "merce | indirizzo di spedizione | consegnare a | luogo di consegna | spedire a | "
        "destinazione diversa",
        "nl": "afleveradres | leveradres | bezorgadres | verzendadres | verzenden naar | "
        "leveren aan | leveringsadres",
    },
    "contact": {
        "de": "tel | telefon | fax | telefax | e-mail | email | mobil | web | website | "
        "internet | homepage | www | handy | geschäftsführer | geschäftsführung | "
        "vorstand | ansprechpartner | inhaber | fon | kontakt",
        "en": "phone | tel | telephone | fax | email | e-mail | mobile | web | website | www | "
        "http | https | contact | hotline | tel no | fax no | contact person | tel/fax | "
        "hp | h/p",
        "fr": "tel | telephone | fax | email | courriel | mobile | site web | portable | mail | "
        "contact | site internet | tel. fixe",
        "es": "tel | telefono | fax | email | movil | correo electronico | web | tlf | tfno | "
        "telf | correo | contacto",
        "it": "tel | telefono | fax | email | cell | pec | cellulare | sito web | e-mail | web "
        "| codice sdi | codice univoco | sdi",
        "nl": "tel | telefoon | fax | e-mail | mobiel | website | tel. | email | web | "
        "contactpersoon",
    },
}
"""Phrases by field and language, parted by bars."""
