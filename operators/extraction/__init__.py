"""From words on pages to an invoice: what a document says, and how sure that is."""
