"""Does anything look wrong? Signals of fraud, weighed, each with what was seen."""

from operators.fraud.profile import SealedPage, VendorProfile
from operators.fraud.score import judge

__all__ = ["SealedPage", "VendorProfile", "judge"]
