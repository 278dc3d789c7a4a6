"""Documents: PDF, scan and photo, from bytes to words on pages."""
