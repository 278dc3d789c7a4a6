"""Who may come in: tokens and sessions, and what is said of those who may not."""
