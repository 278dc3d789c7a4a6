"""The front door: invoices in over HTTP, and what became of them, for programs and people."""
