"""The books of inventory, kept a second time to see whether the first ones are right.

What inventory answered, what was settled and what its tables went through are held against each
other, with none of the code that reserves: an audit shares the ledgers, not the accountant.

>>> limits = Limits()
>>> Auditor(Answers(), limits).audited().findings
()
"""

from operators.books.answers import Answered, Answers
from operators.books.auditor import Audited, Auditor
from operators.books.finding import Finding, FindingKind
from operators.books.limits import Limits

__all__ = ["Answered", "Answers", "Audited", "Auditor", "Finding", "FindingKind", "Limits"]
