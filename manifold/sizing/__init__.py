"""How much of everything a rate of invoices takes: reckoned from what was measured."""
