"""What the API's description says of taking invoices, with an example of every body and answer."""

from typing import Any

_INVOICE = {
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
POST: dict[str, Any] = {"summary": "Send an invoice", "status_code": 202}
