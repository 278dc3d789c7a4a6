"""What documents call the identifiers and accounts of parties."""

from collections.abc import Mapping

IDENTIFIERS: Mapping[str, Mapping[str, str]] = {
    "vat_id": {
        "de": "ust-idnr | ust-id | ustidnr | ust-id-nr | umsatzsteuer-id | ust id | mwst-nr | "
        "uid | uid-nr | umsatzsteuer-identifikationsnummer | ust-identifikationsnummer | "
        "vat-id | ust-idnr. | ust.-id.-nr | mwst nr | ustid | mehrwertsteuernummer | "
        "umsatzsteuer-identnummer | umsatzsteueridentifikationsnummer | uid-nummer | "
        "ust-ident-nr | ihre ust-idnr | ihre ust-id",
        "en": "vat number | vat no | vat id | vat reg no | vat registration number | vat "
        "registration no | vat reg | gst no | gst reg no | gst id | gst id no | vat | tin "
        "| gst number | gst registration no | gstin | vat # | abn | tax registration "
        "number | vat identification number | vat registration | your vat number | gst "
        "reg | customer vat no | gst # | vat id no",
        "fr": "tva intracommunautaire | n° tva | numero tva | n° tva intracommunautaire | tva "
        "intra | n° de tva | numero de tva | n° tva intra | id tva | tva intracom | no "
        "tva | identifiant tva | tva | n° tva intracom | n° id tva | n° ident tva | n° "
        "identification tva | numero de tva intracommunautaire | votre n° tva | che",
        "es": "nif | cif | nif/cif | cif/nif | n.i.f. | c.i.f. | nif-iva | vat | dni | nif iva "
        "| cif-nif | n° iva | vat no | nie | nif-cif | rfc | nit",
        "it": "partita iva | p.iva | p. iva | part. iva | p iva | p.i. | partita iva/cf | "
        "partita i.v.a. | p.iva/cf | piva | codice iva | p.iva e c.f. | cod fisc e "
        "partita iva | c.f. e p.iva | p.iva/c.f. | c.f./p.iva | c.f. / p.iva | codice "
        "fiscale e partita iva | p.iva e codice fiscale",
        "nl": "btw-nummer | btw nummer | btw nr | btw-nr | btw-id | btw id | btw "
        "identificatienummer | btw | ob-nummer | btw-identificatienummer | btw nr. | uw "
        "btw-nummer | uw btw nummer | ondernemingsnummer | ondernemingsnr | btw be",
    },
    "tax_id": {
        "de": "steuernummer | steuer-nr | st-nr | steuer nr | stnr | steuernr | st nr | "
        "finanzamt steuernummer",
        "en": "tax id | tax number | tax no | ein | tax reference | utr | tax identification "
        "number | federal tax id | tax id no | tax ref",
        "fr": "numero fiscal | identifiant fiscal | n° fiscal",
        "es": "identificacion fiscal | numero de identificacion fiscal | id fiscal",
        "it": "codice fiscale | c.f. | cod fiscale | cod fisc | cf",
        "nl": "fiscaal nummer | rsin",
    },
    "legal_id": {
        "de": "handelsregister | hrb | hra | amtsgericht | registergericht | "
        "handelsregisternummer | hrb-nr | hrb nr | firmenbuchnummer | fn | registernummer "
        "| handelsregister-nr | hr-nr",
        "en": "company no | company number | registration no | reg no | company registration no "
        "| registration number | co reg no | roc no | company reg no | co no | registered "
        "number | co. registration no | business registration no | company registration "
        "number | crn | acn | registered in england no | co reg | brn | reg. no | roc | "
        "uen",
        "fr": "siret | siren | rcs | n° siret | r.c.s. | n° siren | numero siret | numero siren "
        "| siret n° | bce | registre de commerce",
        "es": "registro mercantil | reg mercantil | hoja",
        "it": "rea | registro imprese | r.e.a. | n° rea | iscrizione registro imprese",
        "nl": "kvk | kvk-nummer | kvk nr | k.v.k. | kvk nummer | handelsregister | kamer van "
        "koophandel | kvk-nr | rpr",
    },
    "iban": {
        "de": "iban | bankverbindung | konto | kontonummer | iban-nr | bankkonto | iban nr",
        "en": "iban | account | bank account | iban no | account iban | iban number | iban code",
        "fr": "iban | compte | compte bancaire | n° iban | code iban | rib",
        "es": "iban | cuenta | cuenta bancaria | n° de cuenta | numero de cuenta | ccc | cuenta "
        "corriente",
        "it": "iban | conto corrente | c/c | coordinate bancarie | codice iban | conto",
        "nl": "iban | rekeningnummer | bankrekening | rekening | iban-nummer | iban nr | "
        "bankrekeningnummer",
    },
    "bic": {
        "de": "bic | swift | swift-bic | bic/swift | swift/bic | bic-code",
        "en": "swift code | bic code | swift | bic | bic/swift code | swift bic | swift/bic code",
        "fr": "code bic | bic | code swift | bic swift",
        "es": "codigo swift | bic | codigo bic | swift",
        "it": "codice bic | bic | codice swift | swift",
        "nl": "bic code | bic | swift",
    },
}
"""Phrases by field and language, parted by bars."""
