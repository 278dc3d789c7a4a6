"""Was it ordered and received? The match of invoices with purchase orders and goods receipts.

`judge` reserves what an invoice bills, `settle` confirms or releases it. At every step, for each
order line: reserved + confirmed ≤ received + tolerance.
"""

from operators.inventory.match import Match, finder
from operators.inventory.saga import judge, order_of, settle
from operators.inventory.state import OrderReservations, RequestClaims

__all__ = [
    "Match",
    "OrderReservations",
    "RequestClaims",
    "finder",
    "judge",
    "order_of",
    "settle",
]
