"""Every record that a topic carries, by the class that stands for it."""

from typing import Any

from connectors.resolved import DeadLetterResolved
from connectors.security_event import SecurityEvent
from operators.audit import InvoiceAudit
from operators.decision import InvoiceDecision, InvoiceNotification, InvoiceSettled
from operators.enrichment import InvoiceEnriched
from operators.extraction.lesson_learned import InvoiceLessonLearned
from operators.extraction.memory import VendorMemory
from operators.handed_over import InvoiceHandedOver
from operators.notifications import InvoiceNotificationAddressed
from operators.reference import (
    ReferenceAgreement,
    ReferenceCoding,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferenceGoodsReceipt,
    ReferencePolicy,
    ReferencePurchaseOrder,
    ReferenceTaxRate,
    ReferenceVendor,
)
from operators.result import FraudResult, InventoryResult, PricingResult, ValidationResult
from operators.review import InvoiceReviewCompleted, InvoiceReviewRequested
from operators.statistics import InvoiceStatistics
from operators.upload import InvoiceOcrCompleted, InvoiceUploaded

RECORDS: tuple[type[Any], ...] = (
    InvoiceUploaded,
    InvoiceOcrCompleted,
    ValidationResult,
    InventoryResult,
    FraudResult,
    PricingResult,
    InvoiceDecision,
    InvoiceSettled,
    InvoiceReviewRequested,
    InvoiceReviewCompleted,
    InvoiceLessonLearned,
    InvoiceAudit,
    InvoiceNotification,
    InvoiceNotificationAddressed,
    InvoiceStatistics,
    InvoiceEnriched,
    InvoiceHandedOver,
    ReferenceVendor,
    ReferenceContract,
    ReferenceAgreement,
    ReferencePurchaseOrder,
    ReferenceGoodsReceipt,
    ReferenceExchangeRate,
    ReferenceTaxRate,
    ReferenceCoding,
    ReferencePolicy,
    VendorMemory,
    DeadLetterResolved,
    SecurityEvent,
)
"""One class for each record of `schemas/avro`."""
