"""Invented documents: invoices and receipts printed from known records."""
