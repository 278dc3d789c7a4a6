"""A billing system: it sends the invoices that come in, and reads what was decided."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

WANTED = Path(__file__).with_name("decision.avsc")


def upload(request_id: str, invoice_id: str, vendor_id: str, gross: Decimal) -> dict[str, object]:
    """What we send to `invoice.uploaded`, as JSON."""
    return {
        "request_id": request_id,
        "invoice_id": invoice_id,
        "vendor_id": vendor_id,
        "origin": "EDI",
        "uploaded_at": "2026-03-02T09:15:00.123Z",
        "invoice": {
            "number": invoice_id,
            "issue_date": "2026-02-27",
            "type_code": "380",
            "currency": "EUR",
            "seller": {"name": "Example Supplies GmbH"},
            "buyer": {"name": "Example Works AG"},
            "totals": {"gross": str(gross)},
        },
        "metadata": {"amount": str(gross), "currency": "EUR"},
    }


@dataclass(frozen=True)
class Decision:
    """What we need of a decision."""

    request_id: str
    revision: int
    may_be_paid: bool
    amount: Decimal | None


class Decisions:
    """Reads the values of `invoice.decision`."""

    def __init__(self, registry: str) -> None:
        """`registry` is the registry's address."""
        client = SchemaRegistryClient({"url": registry})
        self._read = AvroDeserializer(client, WANTED.read_text(encoding="utf-8"))

    def read(self, value: bytes) -> Decision:
        """A decision; a status that we do not know yet pays nothing."""
        context = SerializationContext("invoice.decision", MessageField.VALUE)
        found = self._read(value, context)
        return Decision(
            found["request_id"],
            found["revision"],
            found["status"] == "APPROVED",
            found["amount"],
        )
