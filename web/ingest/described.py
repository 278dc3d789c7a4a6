"""What the API's description says of taking invoices, with an example of every body and answer."""

from typing import Any

from fastapi import Response

from web.ingest.content import ORIGINS

INVOICE = {
    "number": "R-2026-0117",
    "issue_date": "2026-02-27",
    "type_code": "380",
    "currency": "EUR",
    "due_date": "2026-03-29",
    "purchase_order": "PO-7001",
    "seller": {
        "name": "Example Supplies GmbH",
        "vat_id": "DE123456788",
        "address": {"city": "Berlin", "postcode": "10115", "country": "DE"},
    },
    "buyer": {
        "name": "Example Works AG",
        "vat_id": "DE136695976",
        "address": {"city": "Hamburg", "postcode": "20095", "country": "DE"},
    },
    "lines": [
        {
            "id": "1",
            "item_id": "BOLT-M8",
            "name": "Bolt M8",
            "quantity": "1000",
            "unit": "C62",
            "price": "0.125",
            "net": "125",
            "vat_category": "S",
            "vat_rate": "19",
        }
    ],
    "vat_breakdown": [{"category": "S", "rate": "19", "taxable": "125", "tax": "23.75"}],
    "totals": {
        "lines_net": "125",
        "net": "125",
        "tax": "23.75",
        "gross": "148.75",
        "payable": "148.75",
    },
}

_UBL = """\
<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>R-2026-0117</cbc:ID>
  <cbc:IssueDate>2026-02-27</cbc:IssueDate>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty><cac:Party>
    <cac:PartyTaxScheme>
      <cbc:CompanyID>DE123456788</cbc:CompanyID>
      <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
    </cac:PartyTaxScheme>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:LegalMonetaryTotal>
    <cbc:PayableAmount currencyID="EUR">148.75</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
</Invoice>
"""
_POINTER = {
    "document": {
        "uri": "2026/03/scan-0001.pdf",
        "media_type": "application/pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    "invoice_id": "scan-0001",
    "origin": "SCAN",
}
_REQUEST = "0d7c1f0e-2d43-5c56-9f53-6a4b9d0f7a11"
_IN = {
    "request_id": _REQUEST,
    "attempt": 1,
    "invoice_id": "R-2026-0117",
    "vendor_id": "DE123456788",
    "status_url": f"/requests/{_REQUEST}",
    "accepted_at": "2026-03-02T09:15:00.123Z",
}
_TEXT = {"type": "string"}
_HEADERS = {
    "X-Request-Id": {"description": "Names this exchange in our logs.", "schema": _TEXT},
}
_ACCEPTED_SCHEMA = {
    "type": "object",
    "required": list(_IN),
    "properties": {
        "request_id": {"type": "string", "format": "uuid"},
        "attempt": {"type": "integer", "minimum": 1},
        "invoice_id": _TEXT,
        "vendor_id": {"type": ["string", "null"]},
        "status_url": {"type": "string", "format": "uri-reference"},
        "accepted_at": {"type": "string", "format": "date-time"},
    },
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "For programs."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do."},
        "written": {
            "enum": ["no", "unknown"],
            "description": "Whether the invoice may be in all the same.",
        },
        "request_id": _TEXT,
        "idempotency_key": {
            "type": "string",
            "description": "With it the same body is the same request again.",
        },
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def _problem(
    status: int, kind: str, title: str, detail: str, *, again: bool = False, **members: Any
) -> dict[str, Any]:
    example = {
        "type": f"urn:manifold:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        **members,
    }
    after = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return {
        "description": title,
        "headers": {**_HEADERS, **(after if again else {})},
        "content": {
            "application/problem+json": {
                "schema": _PROBLEM_SCHEMA,
                "examples": {kind: {"value": example}},
            }
        },
    }


_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_BODIES: dict[str, Any] = {
    "application/json": {
        "schema": {
            "type": "object",
            "description": "An invoice in our own field names, what `manifold read` prints; or a "
            "pointer to a document in the configured store.",
        },
        "examples": {
            "invoice": {"summary": "An invoice", "value": INVOICE},
            "upload": {
                "summary": "An invoice, and what its producer knows",
                "value": {"vendor_id": "V-1001", "invoice_id": "4711", "invoice": INVOICE},
            },
            "pointer": {"summary": "A document that lies in the store", "value": _POINTER},
        },
    },
    "application/xml": {
        "schema": {"type": "string", "description": "UBL 2 Invoice or CreditNote, or CII."},
        "examples": {"ubl": {"summary": "UBL 2", "value": _UBL}},
    },
    "application/pdf": {"schema": _BINARY},
    "image/*": {"schema": _BINARY},
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": _BINARY,
                "vendor_id": _TEXT,
                "invoice_id": _TEXT,
                "origin": {"enum": list(ORIGINS)},
            },
        },
    },
}


def _parameter(name: str, where: str, schema: dict[str, Any], what: str) -> dict[str, Any]:
    return {"name": name, "in": where, "required": False, "schema": schema, "description": what}


_LABEL = {"type": "string", "minLength": 1, "maxLength": 200}
_PARAMETERS = [
    _parameter("vendor_id", "query", _LABEL, "Whose it is, before what the invoice says."),
    _parameter("invoice_id", "query", _LABEL, "What it is called; by default its number."),
    _parameter("origin", "query", {"enum": list(ORIGINS)}, "How it came to you."),
    _parameter(
        "X-Request-Id", "header", {"type": "string", "maxLength": 128}, "Taken over, if given."
    ),
    _parameter("traceparent", "header", _TEXT, "W3C Trace Context: the invoice goes on with it."),
]
_KEY = _parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "maxLength": 257},
    "A string of your own for each invoice, in quotes. Sent again with the same body, the answer "
    "is the same, and the invoice is in once.",
)
_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "The invoice is in: Kafka has acknowledged it.",
        "headers": {
            **_HEADERS,
            "Location": {"description": "Where to see what becomes of it.", "schema": _TEXT},
            "traceparent": {"description": "The trace it goes on with.", "schema": _TEXT},
        },
        "content": {
            "application/json": {
                "schema": _ACCEPTED_SCHEMA,
                "examples": {"accepted": {"value": _IN}},
            }
        },
    },
    400: _problem(400, "form", "The form is not as it has to be", "Send one file."),
    408: _problem(408, "too-slow", "The body did not come in time", "Send it within 30 s."),
    409: _problem(
        409,
        "key-under-way",
        "The same request is being worked on",
        "Send it again in 1 s to get its answer.",
        again=True,
    ),
    413: _problem(
        413, "too-large", "The body is too large", "At most 20,000,000 bytes are taken. …"
    ),
    415: _problem(
        415,
        "unsupported",
        "This kind of document is not taken",
        "This is plain text and no document. …",
    ),
    422: _problem(
        422,
        "unreadable",
        "There is no invoice that can be read",
        "This is not JSON, at line 1, column 18: Expecting value.",
        errors=[
            {
                "reason": "not_json",
                "message": "This is not JSON, at line 1, column 18: Expecting value.",
            }
        ],
    ),
    429: _problem(
        429,
        "busy",
        "Too much at once",
        "Too many invoices are being taken at once. Nothing was taken: send it again in 1 s.",
        again=True,
        written="no",
    ),
    503: _problem(
        503,
        "unacknowledged",
        "Kafka has not acknowledged the invoice",
        "It may be in and it may not. Send the same again with the Idempotency-Key of "
        "`idempotency_key`: it is then the same request, and is decided once.",
        again=True,
        written="unknown",
        request_id=_REQUEST,
        idempotency_key="8e03978e-40d5-43e8-bc93-6894a57f9324",
    ),
}

POST: dict[str, Any] = {
    "operation_id": "sendInvoice",
    "tags": ["Invoices"],
    "summary": "Send an invoice",
    "description": "An invoice, a document that holds one, or a pointer to such a document. What "
    "it is, is seen by its content; the name and the Content-Type of a file say nothing, but for a "
    "form. The answer 202 comes when the invoice is in. After any other answer with `written` "
    "“no”, or of class 4xx, it is not.",
    "status_code": 202,
    "response_class": Response,
    "responses": _RESPONSES,
    "openapi_extra": {
        "parameters": [_KEY, *_PARAMETERS],
        "requestBody": {"required": True, "content": _BODIES},
    },
}

PUT: dict[str, Any] = {
    **POST,
    "operation_id": "correctInvoice",
    "summary": "Correct an invoice, or send it once more",
    "description": "A further attempt of a request of yours: the one after the last that is known, "
    "from 2 on. It takes the place of the one before. The same body sent again has the same "
    "answer; an Idempotency-Key is not needed.",
    "responses": {
        **_RESPONSES,
        404: _problem(
            404,
            "no-request",
            "There is no such request",
            "A request is known some seconds after it has come in: look at its id.",
        ),
        409: _problem(
            409,
            "attempt",
            "This is not the next attempt",
            "The next attempt of this request is 3.",
            next_attempt=3,
        ),
    },
    "openapi_extra": {
        "parameters": _PARAMETERS,
        "requestBody": {"required": True, "content": _BODIES},
    },
}
