"""What all pages have in common: their frame, their style, and how values are written on them."""
