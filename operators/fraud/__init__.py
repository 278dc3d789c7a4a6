"""Does anything look wrong? Signals of fraud, weighed, each with what was seen."""

from operators.fraud.features import accounts_of, by_account
from operators.fraud.profile import SealedPage, VendorProfile
from operators.fraud.score import judge

__all__ = ["SealedPage", "VendorProfile", "accounts_of", "by_account", "judge"]
