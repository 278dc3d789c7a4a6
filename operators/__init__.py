"""What is true of an invoice: pure functions and small state machines on frozen records."""
