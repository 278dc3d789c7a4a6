"""How many invoices were decided how, for how much and how fast: in windows of event time.

`Windows` counts decisions and says what has changed; `Totals` of several partitions add up.
"""

from operators.statistics.record import InvoiceStatistics, JudgedRequest
from operators.statistics.totals import Counted, Totals
from operators.statistics.windows import LENGTHS, Kept, Progress, Window, Windows

__all__ = [
    "LENGTHS",
    "Counted",
    "InvoiceStatistics",
    "JudgedRequest",
    "Kept",
    "Progress",
    "Totals",
    "Window",
    "Windows",
]
