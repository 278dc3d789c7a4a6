"""Is it the price agreed? See `docs/pricing.md`."""

from operators.pricing.contracts import contract_key, keys_of_contract
from operators.pricing.judge import judge
from operators.pricing.settle import settle
from operators.pricing.volume import Claim, Counted, PeriodVolume, RequestVolumes

__all__ = [
    "Claim",
    "Counted",
    "PeriodVolume",
    "RequestVolumes",
    "contract_key",
    "judge",
    "keys_of_contract",
    "settle",
]
