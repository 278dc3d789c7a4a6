"""That an approved invoice has come to where it is posted."""

from msgspec import Struct

from operators.time import Instant


class InvoiceHandedOver(Struct, frozen=True, kw_only=True, gc=False):
    """A receiver has acknowledged an approved invoice."""

    request_id: str
    """Identifies the request on every topic."""
    attempt: int = 1
    """The attempt that was handed over."""
    invoice_id: str
    """The producer's identifier of the invoice."""
    vendor_id: str
    """Vendor the invoice is from."""
    handed_over_at: Instant
    """When it was acknowledged."""
    receiver: str
    """To whom, as metrics call it."""
    reference: str | None = None
    """What the receiver calls it, or the name of the file."""
    resent: bool = False
    """Whether somebody has asked for it to be handed over again."""
