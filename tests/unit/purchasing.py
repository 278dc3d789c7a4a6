"""What pricing measures against and remembers, in memory."""

from collections.abc import Mapping
from datetime import date

from operators import pricing
from operators.decision import InvoiceSettled, Outcome
from operators.invoice import Invoice
from operators.judgement import Judgement
from operators.reference import (
    ReferenceAgreement,
    ReferenceContract,
    ReferenceExchangeRate,
    ReferencePolicy,
    ReferenceTaxRate,
)
from operators.result import PricingDetails
from operators.table import MemoryTable
from tests.unit.validation_subject import POLICY, TAX_RATES, TODAY

VENDOR = "V-100"


class Purchasing:
    """Contracts, agreements and rates, and the tables of one partition."""

    def __init__(self, *agreed: ReferenceContract | ReferenceAgreement) -> None:
        self.contracts: dict[str, tuple[ReferenceContract, ...]] = {}
        self.agreements: dict[str, tuple[ReferenceAgreement, ...]] = {}
        for each in agreed:
            self.agree(each)
        self.rates: Mapping[str, ReferenceExchangeRate] = {}
        self.tax_rates: Mapping[str, ReferenceTaxRate] = TAX_RATES
        self.policy: ReferencePolicy = POLICY
        self.volumes = MemoryTable[pricing.PeriodVolume]()
        self.requests = MemoryTable[pricing.RequestVolumes]()

    def agree(self, agreed: ReferenceContract | ReferenceAgreement) -> None:
        """Another contract or agreement."""
        if isinstance(agreed, ReferenceAgreement):
            known = self.agreements.get(agreed.vendor_id, ())
            self.agreements[agreed.vendor_id] = (*known, agreed)
            return
        for key in pricing.keys_of_contract(agreed):
            self.contracts[key] = (*self.contracts.get(key, ()), agreed)

    def judge(
        self, invoice: Invoice, request_id: str = "R1", attempt: int = 1, today: date = TODAY
    ) -> Judgement[PricingDetails]:
        """Judge an attempt."""
        return pricing.judge(
            request_id,
            attempt,
            VENDOR,
            invoice,
            today,
            contracts=self.contracts,
            agreements=self.agreements,
            rates=self.rates,
            tax_rates=self.tax_rates,
            policy=self.policy,
            volumes=self.volumes,
            requests=self.requests,
        )

    def settle(
        self, outcome: Outcome, request_id: str = "R1", attempt: int = 1, at: int = 1
    ) -> None:
        """Settle an attempt."""
        pricing.settle(
            InvoiceSettled(
                request_id=request_id,
                attempt=attempt,
                invoice_id="I1",
                vendor_id=VENDOR,
                outcome=outcome,
                settled_at=at,
            ),
            contracts=self.contracts,
            volumes=self.volumes,
            requests=self.requests,
        )
